# make demo    the tutorial from installation to deletion (STORE=git, directory or bucket)
# make demo-kubernetes  the same with kubectl, on a cluster that it starts (STORE=bucket or git; Linux, as root)
# make test    every test, against real servers and containers
# make check   types, lint, formatting, licences
# make record  the histories of test/replay anew, after a change of workflow code
# make bench   numbers, with the machine they were measured on; make bench-kubernetes: those of Jobs and the controller
.PHONY: setup build demo demo-kubernetes test test-kubernetes check bench bench-kubernetes record clean

build: node_modules/.made dist/.made

node_modules/.made: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

dist/.made: node_modules/.made tsconfig.json tsconfig.build.json $(shell find src workflows activities -name '*.ts')
	npm run --silent build
	@touch $@

setup: build
	node dist/src/cli/main.js setup

demo: setup
	node dist/src/demo/demo.js

demo-kubernetes: setup
	nice scripts/kubernetes/build.sh
	node dist/src/demo/demoKubernetes.js

check: node_modules/.made
	npm run --silent check

test: setup
	scripts/test-servers.sh
ifeq ($(shell uname),Linux)
	nice scripts/kubernetes/build.sh etcd kubernetes kubectl helm flux
	npm test
else
	npm run test:others
	@echo 'Tested without Kubernetes: test/integration/kubernetes needs Linux.'
endif

test-kubernetes: setup
	nice scripts/kubernetes/build.sh etcd kubernetes kubectl helm flux
	npm run test:kubernetes

# Numbers, with the machine they were measured on; ends with 1 when a target is missed.
typescript = node --no-warnings --import ./test/servers/typescriptLoader.mjs

bench: setup
	scripts/test-servers.sh
	$(typescript) test/bench/stores.ts

bench-kubernetes: setup
	scripts/test-servers.sh
	nice scripts/kubernetes/build.sh
	$(typescript) test/bench/kubernetes.ts

record: setup
	$(typescript) test/replay/record.ts

clean:
	rm -rf dist node_modules .fulfil
