# weft: `make run` and `make test` need Node ≥ 20, npm and make alone.
SHELL := /bin/sh
.DEFAULT_GOAL := help
# Node 24 comes with the dependencies; npm puts it before the machine's own.
BIN := $(CURDIR)/node_modules/.bin
export PATH := $(BIN):$(PATH)
export NX_DAEMON := false
# The contracts of the last release: what is in there must go on working.
CONTRACTS_RELEASED := proto/releases/0.1.0.binpb

.PHONY: help install build run test check format bench clean engines engines-down up down test-engines chaos sdks test-sdks test-k8s bundle
# What outlives a command on this machine: engines, and one process a service.
ENGINES_FOLDER := .weft/engines
CLUSTER_FOLDER := .weft/cluster


help: ## what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# Not `npm ci`: it refuses a lock file that names the binaries of some platforms alone, and registries do not have all of them.
node_modules/.installed: package-lock.json .npmrc
	@npm install --no-save --loglevel=error
	@touch $@

install: node_modules/.installed ## installs what package-lock.json names

build: install ## generates the contracts and builds everything
	@npm run -s build

run: build ## starts weft on this machine: every service in one process, everything embedded
	@exec node apps/standalone/dist/main.js

test: build ## runs every test that needs only Node
	@npm run -s test

engines: build ## starts real PostgreSQL and NATS (needs Python with pip, once) and prints how to reach them
	@node tools/engines/dist/main.js up --folder $(ENGINES_FOLDER)

engines-down: build ## stops them
	@node tools/engines/dist/main.js down --folder $(ENGINES_FOLDER)

up: build ## starts weft as one process a service on real engines, and leaves it running
	@urls="$$(node tools/engines/dist/main.js up --folder $(ENGINES_FOLDER))" && eval "$$urls" && node tools/cluster/dist/main.js up --folder $(CLUSTER_FOLDER)

down: build ## stops what `make up` started
	@node tools/cluster/dist/main.js down --folder $(CLUSTER_FOLDER)
	@node tools/engines/dist/main.js down --folder $(ENGINES_FOLDER)

test-engines: build ## runs the tests that need real PostgreSQL and NATS
	@node tools/repo/test.mjs --config engines.config.js

KILLS := 200
chaos: build ## kills random services KILLS=200 times during chats and ingestion, and looks whether anything was lost
	@node tests/engines/dist/chaos/main.js --kills $(KILLS)

sdks: install ## generates and builds the SDKs (needs Python, Go and a JDK with Maven)
	@node tools/repo/make-sdks.mjs

test-sdks: build ## runs the smoke tests of the SDKs against a live weft
	@node tools/repo/test-sdks.mjs

bundle: build ## bundles each service into one file for images
	@node tools/repo/bundle-services.mjs

test-k8s: build ## gives the manifests to a real API server, and starts the bundled services (needs Go and Python; builds the server once)
	@node tools/repo/test-k8s.mjs

check: build ## contracts, types, lint and format, without the tests
	@buf lint
	@buf format --diff --exit-code
	@buf breaking proto --against $(CONTRACTS_RELEASED)
	@npm run -s lint
	@npm run -s format:check

format: install ## formats code and contracts
	@buf format -w
	@npm run -s format

bench: build ## measures weft against direct calls, ingestion and retrieval quality
	@npm run -s bench

clean: ## removes what building made; data and dependencies stay
	@rm -rf dist sdks/.generated sdks/*/dist sdks/python/src/weft sdks/python/src/*.egg-info sdks/typescript/src/gen sdks/go/gen sdks/java/target
	@rm -rf libs/*/dist services/*/dist apps/*/dist tools/*/dist tests/*/dist bench/dist libs/contracts/src/gen libs/contracts/gen .jest-cache .nx reports
	@find . -name '*.tsbuildinfo' -not -path './node_modules/*' -delete
