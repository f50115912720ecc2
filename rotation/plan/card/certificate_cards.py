"""Cards of certificates: save the recovery file, replace a certificate, put one back (A9, B2)."""

from rotation.plan.card import console_labels as labels
from rotation.plan.card.card import Act, Card, CopiedValue, Row, act, server_row
from rotation.plan.card.client_cards import stopping
from rotation.plan.card.installation import GROUP_FOLDERS, RECOVERY_FILES
from rotation.plan.work.task import PutCertificateBack, ReplaceCertificate, SaveRecoveryFile
from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName

_WAITS = sentence("While it is not done no certificate is replaced; no client is cut off by that")
_STOP_TOO = sentence("You may also do here, and state as stopped, what a task of its own asks for next")
_KEYSTORE = "keystore_<timestamp>.jks"
_SETTINGS = "settings_<timestamp>.properties"
_HASH = "Get-FileHash -Algorithm SHA256 recovery_*.zip"


def save_card(work: SaveRecoveryFile) -> Card:
    """The way back to the old certificate (TECH160736)."""
    return Card(
        acts=(
            act(
                sentence("On this server, open this folder; drive and folder may be others"),
                (),
                server_row(work.server),
                (CopiedValue(label=sentence("Folder"), value=RECOVERY_FILES),),
            ),
            act(
                sentence("Copy the newest file of this form to another machine"),
                (),
                (CopiedValue(label=sentence("File"), value="recovery_<timestamp>.zip"),),
            ),
            act(sentence("There, have PowerShell show its SHA-256"), command=_HASH),
            *((act(_STOP_TOO), *stopping()) if work.asks_hand_outs else ()),
        ),
        checked=sentence(
            "The service compares name and SHA-256 with files that were saved before: an older one, or one of another "
            "server, is not taken. The command rotator tasks done --file looks into the file as well"
        ),
        late=_WAITS,
    )


def replace_card(work: ReplaceCertificate) -> Card:
    """A9 or B2."""
    return Card(
        before=(
            sentence("Claim this task first: all proof is read once more before you begin"),
            sentence(
                "Begin within ten minutes of the claim, or have the site looked at once more right before: by the "
                "button of the task's page, or by rotator tasks begin"
            ),
            sentence("Do it at this one server: another server must keep its certificate"),
        ),
        acts=(
            *_source(work),
            act(sentence("Open the servers of the site, and select this one"), labels.SERVERS, server_row(work.server)),
            act(sentence("Open the wizard"), labels.MANAGE_CERTIFICATE),
            act(sentence("Choose to update, and not to generate a new one"), labels.UPDATE_CERTIFICATE),
            *_chosen(work),
            act(
                sentence("Let the wizard end, and restart the services of this server when it asks; they need minutes"),
            ),
        ),
        checked=sentence(
            "The service reads the certificate at the client port of %(server)s; the task closes by itself when the "
            "SHA-256 fingerprint is the one above",
            server=work.server,
        ),
        late=sentence(
            "Before the act the rotation only waits. When the time to begin has passed, have the site looked at once "
            "more; when the proof has lapsed, begin nothing: it is read again by itself, and at once when you claim "
            "the task once more"
        ),
    )


def put_back_card(work: PutCertificateBack) -> Card:
    """Disaster recovery: the certificate that clients hold goes back in."""
    keystore = work.keystore or _KEYSTORE
    taken = act(
        sentence("Take this recovery file to the server"),
        (),
        server_row(work.server),
        _file_row(work.recovery_file, work.recovery_sha256),
    )
    unpacked = act(
        sentence("Unpack it: this keystore is in it, and its password is keystorepass in the file of settings"),
        (),
        (_value(sentence("Keystore"), keystore), _value(sentence("Settings"), _SETTINGS)),
        _fingerprint_row(work.fingerprint_sha256),
    )
    return Card(
        before=(
            sentence("Do not generate a new certificate, and leave server lists and secure communications as they are"),
        ),
        acts=(
            taken,
            unpacked,
            *_put_back(work, keystore),
            act(
                sentence("If .SIG files in this folder stay older than it, have the server publish again"),
                (),
                (_value(sentence("Folder"), GROUP_FOLDERS),),
            ),
        ),
        checked=sentence(
            "The service reads the certificate at the client port; the task closes by itself when it is this one"
        ),
        late=sentence("Until it is done, clients that verify cannot speak to this server"),
    )


def _source(work: ReplaceCertificate) -> tuple[Act, ...]:
    """Where the certificate comes from."""
    fingerprint = _fingerprint_row(work.fingerprint_sha256)
    if work.has_file:
        file = (_value(sentence("File"), f"{work.server}.pfx"),)
        does = (
            sentence("Take the file of this task, the old certificate that goes back in, and note its password")
            if work.puts_back
            else sentence("Take the file of this task, and note its password: both are shown once")
        )
        return (act(does, (), file, fingerprint, takes_file=True),)
    if not work.puts_back:
        return (
            act(
                sentence(
                    "Take the file of this certificate as your authority gave it: it was brought to the service "
                    "without its key, which SEPM must hold"
                ),
                (),
                fingerprint,
            ),
        )
    name = work.recovery_file or "recovery_<timestamp>.zip"
    which = sentence("Unpack the recovery file of this server that was saved off the box")
    newest = sentence(
        "Unpack the recovery file of this server that was saved off the box: the newest that is older than the rotation"
    )
    return (
        act(
            which if work.recovery_file else newest,
            (),
            server_row(work.server),
            _file_row(name, work.recovery_sha256),
        ),
        act(
            sentence("Take its keystore, whose password is keystorepass in the file of settings"),
            (),
            (_value(sentence("Keystore"), _KEYSTORE), _value(sentence("Settings"), _SETTINGS)),
            fingerprint,
        ),
    )


def _chosen(work: ReplaceCertificate) -> tuple[Act, ...]:
    """The format in the wizard, and where the password goes."""
    password = sentence("Choose the file, and put its password into every field for a password, then go on")
    if work.has_file:
        return (
            act(sentence("Choose the format"), labels.PKCS12),
            act(password, (), (_value(sentence("File"), f"{work.server}.pfx"),)),
        )
    if work.puts_back:
        return (
            act(sentence("Choose the format"), labels.JKS),
            act(password, (), (_value(sentence("File"), _KEYSTORE),)),
        )
    return (act(sentence("Choose the format of its file, and put its password into every field for a password")),)


def _put_back(work: PutCertificateBack, keystore: str) -> tuple[Act, ...]:
    if work.damaged is None:
        return (
            act(
                sentence("Where the manager is not installed any more, install it first, of the same version"),
            ),
            act(sentence("Run this on the server, and choose to use the recovery file"), labels.CONFIGURATION_WIZARD),
        )
    return _by_wizard(work.server, keystore)


def right_one_back(server: ServerName) -> tuple[Act, ...]:
    """How a server that was given a wrong certificate gets the one back that it had (TECH160736).

    That may be the one that the rotation has put in: an older recovery file would hold what clients trust no more.
    """
    return (
        act(
            sentence(
                "Unpack the newest recovery file of this server that holds the certificate named above, and no other "
                "one; rotator recovery inspect FILE shows which certificate a file holds"
            ),
            (),
            server_row(server),
            (_value(sentence("Keystore"), _KEYSTORE), _value(sentence("Settings"), _SETTINGS)),
        ),
        act(sentence("Take its keystore, whose password is keystorepass in the file of settings")),
        *_by_wizard(server, _KEYSTORE),
    )


def _by_wizard(server: ServerName, keystore: str) -> tuple[Act, ...]:
    return (
        act(sentence("Open the servers of the site, and select this one"), labels.SERVERS, server_row(server)),
        act(sentence("Open the wizard"), labels.MANAGE_CERTIFICATE),
        act(sentence("Choose to update, and not to generate a new one"), labels.UPDATE_CERTIFICATE),
        act(sentence("Choose the format"), labels.JKS),
        act(
            sentence("Choose the file, and put its password into every field for a password, then go on"),
            (),
            (_value(sentence("File"), keystore),),
        ),
        act(
            sentence("Let the wizard end, and restart the services of this server when it asks; they need minutes"),
        ),
        act(
            sentence("Where no administrator can log on, run this with the recovery file instead"),
            labels.CONFIGURATION_WIZARD,
        ),
    )


def _value(label: Sentence, value: str) -> CopiedValue:
    return CopiedValue(label=label, value=value)


def _fingerprint_row(fingerprint: str) -> Row:
    return (_value(sentence("SHA-256 fingerprint of the certificate"), fingerprint),)


def _file_row(name: str, sha256: str) -> Row:
    file = _value(sentence("File"), name)
    return (file, _value(sentence("SHA-256 of the file"), sha256)) if sha256 else (file,)
