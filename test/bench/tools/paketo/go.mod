module buildpacks-ci.test/bench/paketo

go 1.26.0

require (
	github.com/buildpacks/libcnb v1.30.4
	github.com/buildpacks/libcnb/v2 v2.1.0
	github.com/paketo-buildpacks/libpak v1.73.0
	github.com/paketo-buildpacks/libpak/v2 v2.2.0
	github.com/paketo-buildpacks/packit/v2 v2.16.0
)

require (
	dario.cat/mergo v1.0.2 // indirect
	github.com/BurntSushi/toml v1.6.0 // indirect
	github.com/Masterminds/semver v1.5.0 // indirect
	github.com/Masterminds/semver/v3 v3.4.0 // indirect
	github.com/creack/pty v1.1.24 // indirect
	github.com/gabriel-vasile/mimetype v1.4.6 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/heroku/color v0.0.6 // indirect
	github.com/imdario/mergo v0.3.16 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mitchellh/hashstructure/v2 v2.0.2 // indirect
	github.com/onsi/gomega v1.39.1 // indirect
	github.com/pelletier/go-toml v1.9.5 // indirect
	github.com/ulikunitz/xz v0.5.12 // indirect
	golang.org/x/net v0.52.0 // indirect
	golang.org/x/sys v0.42.0 // indirect
)
