"""`rotator demo`: the whole product on emulated sites of this machine."""
