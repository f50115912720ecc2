"""RSA keys of emulated servers: a pool that all sites of a process draw from, always the same, in the same order.

A key costs a tenth of a second, and thousands of sites are built in one process. So each key is made once, when it is
first asked for, and they are products of few primes, of which two keys may share one: a holder of two such keys
can compute both. They protect nothing but emulated sites.
"""

import random
from functools import cache
from itertools import count
from math import gcd, isqrt

from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048
_EXPONENT = 65537
_ROUNDS = 4
_SIEVE = tuple(n for n in range(3, 20000, 2) if all(n % d for d in range(3, isqrt(n) + 1, 2)))


@cache
def pool_key(number: int) -> rsa.RSAPrivateKey:
    """The key of that number, from 0. Keys of different numbers differ; the same number is the same key for ever."""
    larger, smaller = _pair(number)
    p, q = _prime(larger), _prime(smaller)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


def _pair(number: int) -> tuple[int, int]:
    """Which two primes make a key: (1, 0), (2, 0), (2, 1), (3, 0) and so on, so that few primes make many keys."""
    larger = (1 + isqrt(1 + 8 * number)) // 2
    return larger, number - larger * (larger - 1) // 2


@cache
def _prime(number: int) -> int:
    source = random.Random(f"emulator/prime/{number}")
    # both top bits set, so that the product of two has the full length
    top = 0b11 << (KEY_BITS // 2 - 2)
    start = source.getrandbits(KEY_BITS // 2) | top | 1
    remainders = [start % small for small in _SIEVE]
    for step in count(0, 2):
        if (
            all((rest + step) % small for rest, small in zip(remainders, _SIEVE, strict=True))
            and gcd(_EXPONENT, start + step - 1) == 1
            and _is_prime(start + step, source)
        ):
            return start + step
    raise AssertionError  # count() does not end


def _is_prime(number: int, source: random.Random) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd //= 2
        twos += 1
    for _ in range(_ROUNDS):
        power = pow(source.randrange(2, number - 1), odd, number)
        if power in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True
