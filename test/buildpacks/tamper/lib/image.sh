# shellcheck shell=bash
# An attacker's own image, complete and valid in itself.

# hash_of FILE: its SHA-256 in hexadecimal.
hash_of() {
  local sum
  sum=$(sha256sum <"$1")
  echo "${sum%% *}"
}

# plant_blob LAYOUT: stores standard input as a blob and prints `"digest":…,"size":…`.
plant_blob() {
  local blob
  mkdir -p "$1/blobs/sha256"
  blob=$(mktemp -p "$1")
  cat >"$blob"
  printf '"digest":"sha256:%s","size":%d' "$(hash_of "$blob")" "$(stat -c %s "$blob")"
  mv -f "$blob" "$1/blobs/sha256/$(hash_of "$blob")"
}

# plant_image LAYOUT: an OCI layout whose one image holds the file /planted and nothing of the planned run image.
plant_image() {
  local tree layer diff_id config manifest
  tree=$(mktemp -d)
  echo planted >"$tree/planted"
  layer=$(tar -C "$tree" -cf - planted | plant_blob "$1")
  rm -rf "$tree"
  diff_id=${layer%%,*}
  config=$(printf '{"architecture":"amd64","os":"linux","config":{"Cmd":["cat","/planted"]},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "${diff_id#*:}" | plant_blob "$1")
  manifest=$(printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s",%s},"layers":[{"mediaType":"%s",%s}]}' \
    application/vnd.oci.image.manifest.v1+json application/vnd.oci.image.config.v1+json "$config" \
    application/vnd.oci.image.layer.v1.tar "$layer" | plant_blob "$1")
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s",%s}]}' \
    application/vnd.oci.image.manifest.v1+json "$manifest" >"$1/index.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$1/oci-layout"
}
