from cryptography.hazmat.primitives import serialization

from emulator.certificates.certificates import verifies
from emulator.certificates.keys import pool_key
from emulator.scenarios import three_servers


def test_keys_of_the_pool_differ_and_stay(play):
    """Each number has a key of its own, of full length, that signs what only its own certificate verifies."""
    played = play(three_servers())
    signers = [server.credential for server in played.site.servers.values()]
    assert [each.key for each in signers] == [pool_key(number) for number in range(3)]
    assert len({pool_key(number).private_numbers().d for number in range(15)}) == 15
    assert {pool_key(number).key_size for number in range(15)} == {2048}
    for signer in signers:
        signature = signer.sign(b"policy")
        assert [verifies(each.certificate, b"policy", signature) for each in signers] == [
            each is signer for each in signers
        ]


def test_a_key_of_the_pool_is_sound():
    """What signs is accepted by the checks of a library that would refuse an inconsistent key."""
    pem = pool_key(1).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert serialization.load_pem_private_key(pem, None).public_key() == pool_key(1).public_key()


def test_sites_share_keys_and_no_certificate(play):
    """Sites of other seeds have the same keys, but no certificate of theirs is another's."""
    one, other = play(three_servers(seed=1)), play(three_servers(seed=2))
    assert one.site.first_server.credential.key is other.site.first_server.credential.key
    shown = [{each.credential.fingerprint for each in played.site.servers.values()} for played in (one, other)]
    assert not shown[0] & shown[1]
