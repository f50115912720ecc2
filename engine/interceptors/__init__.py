"""What stands before every workflow and activity: what does not bind, who asks, signs of life, giving back."""
