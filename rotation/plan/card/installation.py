"""Where SEPM lies on a server, unless its administrators chose another drive or folder."""

_FOLDER = r"C:\Program Files (x86)\Symantec\Symantec Endpoint Protection Manager"
KEYSTORE_FILE = rf"{_FOLDER}\tomcat\etc\keystore.jks"
GROUP_FOLDERS = rf"{_FOLDER}\data\outbox\agent"
RECOVERY_FILES = rf"{_FOLDER}\Server Private Key Backup"
