"""The script for Windows clients. It works with PowerShell 2, which the oldest of them have."""

from collections.abc import Iterable

from rotation.reach.targets import Target
from rotation.text.plain_text import cell

_SCRIPT = """\
# Asks each management server over plain HTTP whether it answers, and writes a CSV line for each.
# It changes nothing. Run it as SYSTEM on every client, and put what all of them write into one file.
# Usage: powershell -NoProfile -ExecutionPolicy Bypass -File network.ps1 [-Out FILE]
param([string]$Out = '')
$targets = @(
@@TARGETS@@
)
function Field([string]$text) { '"' + $text.Replace('"', '""') + '"' }
function LocalAddress([string]$name, [int]$port) {
  try {
    $remote = [Net.Dns]::GetHostAddresses($name)[0]
    $kind, $protocol = [Net.Sockets.SocketType]::Dgram, [Net.Sockets.ProtocolType]::Udp
    $socket = New-Object Net.Sockets.Socket($remote.AddressFamily, $kind, $protocol)
    $socket.Connect($remote, $port)  # nothing is sent: the system only chooses the way
    $local = $socket.LocalEndPoint.Address.ToString()
    $socket.Close()
    return $local
  } catch { return '' }
}
function Prefix([string]$address) {
  foreach ($adapter in (Get-WmiObject Win32_NetworkAdapterConfiguration -Filter 'IPEnabled=TRUE')) {
    for ($i = 0; $i -lt $adapter.IPAddress.Length; $i++) {
      if ($adapter.IPAddress[$i] -eq $address) { return [string]$adapter.IPSubnet[$i] }
    }
  }
  return ''
}
function Ask([string]$url) {
  try {
    $request = [Net.HttpWebRequest][Net.WebRequest]::Create($url)
    $request.Timeout = 10000
    $request.ReadWriteTimeout = 10000
    $request.AllowAutoRedirect = $false
    $request.Proxy = New-Object Net.WebProxy
    $answer = $request.GetResponse()
    $reader = New-Object IO.StreamReader($answer.GetResponseStream())
    $text = $reader.ReadToEnd().Trim()
    $status = [int]$answer.StatusCode
    $answer.Close()
    if ($status -eq 200 -and $text.StartsWith('OK')) { return 'ok' }
    return 'another answer'
  } catch [Net.WebException] { return [string]$_.Exception.Status
  } catch { return 'failed' }
}
$lines = @('client,address,prefix,server,host,port,result,time')
foreach ($target in $targets) {
  $address = LocalAddress $target[1] $target[2]
  $prefix = if ($address) { Prefix $address } else { '' }
  $name = $target[1]
  if ($name.Contains(':')) { $name = '[' + $name + ']' }
  $result = Ask ('http://' + $name + ':' + $target[2] + '/secars/secars.dll?hello,secars')
  $time = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', [Globalization.CultureInfo]::InvariantCulture)
  $fields = @($env:COMPUTERNAME, $address, $prefix, $target[0], $target[1], [string]$target[2], $result, $time)
  $lines += (($fields | ForEach-Object { Field $_ }) -join ',')
}
if ($Out) { [IO.File]::WriteAllLines($Out, [string[]]$lines) } else { $lines }
"""


def powershell(targets: Iterable[Target]) -> str:
    """The script that asks `targets`."""
    rows = (f"  ,@({_quoted(cell(each.server))}, {_quoted(each.host)}, {each.port})" for each in targets)
    return _SCRIPT.replace("@@TARGETS@@", "\n".join(rows))


def _quoted(text: str) -> str:
    """A literal: PowerShell takes typographic quotes for quotes, too."""
    return "'" + "".join(char * 2 if char in "'\u2018\u2019\u201a\u201b" else char for char in text) + "'"
