#!/bin/sh
# Certificates that the library of the tests cannot or should not make: odd sizes, weak hashes. Valid 2026 to 2126.
# Their keys are thrown away: a check needs none.
set -eu
cd "$(dirname "$0")"
self_signed() { # name, key options, request options
  openssl req -x509 -newkey "$2" -nodes -keyout /dev/null -out "$1.pem" -subj "/CN=s1.example" -days 36500 \
    -addext "subjectAltName=DNS:s1.example,IP:192.0.2.7" -addext "basicConstraints=critical,CA:FALSE" $3 2>/dev/null
}
for bits in 512 768 1024 1536 2047 3072 4096 6144 8192; do self_signed "rsa-$bits" "rsa:$bits" "-sha256"; done
for hash in md5 sha1 sha224 sha384 sha512; do self_signed "rsa-2048-$hash" rsa:2048 "-$hash"; done
self_signed rsa-2048-pss rsa:2048 "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32"
