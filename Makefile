# Redress. `make help` lists the targets. Everything that is made lies in .redress/.

STATE  := .redress
BIN    := $(STATE)/bin
GO     ?= go
# Packages and flags of `make test`; e.g. make test PKG=./store/... TESTFLAGS='-run Chain -v'
PKG       ?= ./...
TESTFLAGS ?= -count=1 -timeout 30m
CHAOS := Durability|Operations|Fault|Refund

# A tool is built once for the exact versions that its go.sum pins: the stamp's
# name holds the sum, so that a changed pin builds anew and nothing else does.
sum = $(shell cksum tools/$(1)/go.sum | cut -d' ' -f1)
LINT_STAMP    := $(BIN)/.lint-$(call sum,lint)
CODEGEN_STAMP := $(BIN)/.codegen-$(call sum,codegen)

.DEFAULT_GOAL := help
.PHONY: help run demo build test bench chaos scale scale-reports check fmt lint workflowcheck fresh replay generate clean

help: ## List the targets.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Start the whole system on this machine, play one case, stay up. Ctrl-C ends it.
	@$(BIN)/redress dev

demo: build ## The same, on free ports and a state of its own; ends after the case, 0 if all was right.
	@$(BIN)/redress dev --once

build: ## Build the one binary, .redress/bin/redress.
	@mkdir -p $(BIN)
	@[ -x $(BIN)/redress ] || echo "building redress (the first time it fetches its modules, which takes a minute or two)"
	@$(GO) build -o $(BIN)/redress ./cmd/redress

test: build ## Run every test on a real PostgreSQL and a real Temporal server, started for it.
	@all=$$($(GO) list $(PKG)) || exit 1; [ -n "$$all" ] || { echo "no packages match $(PKG)"; exit 1; }; \
	units=$$(echo "$$all" | grep -v '/e2e$$' || true); stories=$$(echo "$$all" | grep '/e2e$$' || true); \
	for part in "$$units" "$$stories"; do \
	  [ -z "$$part" ] || $(BIN)/redress testenv -- $(GO) test $(TESTFLAGS) $$part || exit 1; \
	done # the stories alone, after the rest: they count and they wait

bench: build ## Count what a case costs, in history events, billable actions and bytes.
	@$(BIN)/redress testenv -- $(GO) test -count=1 -run TestCost -v ./e2e

chaos: build ## Only the hard weather: parts killed, away, hanging; cancel, reset, terminate; the fourteen faults.
	@$(BIN)/redress testenv -- $(GO) test $(TESTFLAGS) -run '$(CHAOS)' -v ./e2e

scale: build ## Correct a calendar under ten thousand open cases; takes about ten minutes.
	@REDRESS_TEST_CASES=$${REDRESS_TEST_CASES:-10000} $(BIN)/redress testenv -- $(GO) test -count=1 -timeout 60m -run AtScale -v ./e2e

scale-reports: ## Every report over a million cases on a real PostgreSQL; takes a few minutes.
	@REDRESS_TEST_REPORT_CASES=$${REDRESS_TEST_REPORT_CASES:-1000000} $(GO) test -count=1 -timeout 30m -run TestReportsAtScale -v ./store

check: fmt lint workflowcheck fresh replay ## Format, lint, determinism, generated code, replay.
	@echo "check: ok"

fmt: ## Fail if a file is not formatted.
	@bad=$$(gofmt -l $$(find . -name '*.go' -not -path './.redress/*' -not -path './.git/*')); \
	if [ -n "$$bad" ]; then echo "not formatted (gofmt -w them):"; echo "$$bad"; exit 1; fi

lint: $(LINT_STAMP) ## golangci-lint with the import rules of the house.
	@$(BIN)/golangci-lint run ./...

workflowcheck: $(CODEGEN_STAMP) ## Fail if workflow code could be non-deterministic.
	@$(BIN)/workflowcheck -config workflowcheck.yaml ./workflows/...

fresh: $(CODEGEN_STAMP) ## Fail if generated code is not what the specification generates.
	@mkdir -p $(STATE)/fresh && cp api/openapi.yaml api/oapi-codegen.yaml $(STATE)/fresh
	@cd $(STATE)/fresh && ../bin/oapi-codegen -config oapi-codegen.yaml openapi.yaml
	@cmp -s $(STATE)/fresh/gen.go api/gen.go || \
	  { echo "api/gen.go is not what api/openapi.yaml generates: run make generate"; exit 1; }

replay: ## Replay the recorded histories against the workflows as they are now.
	@$(GO) test -count=1 -run Replay ./workflows/...

generate: $(CODEGEN_STAMP) ## Generate the API's types from api/openapi.yaml.
	@cd api && ../$(BIN)/oapi-codegen -config oapi-codegen.yaml openapi.yaml

clean: ## Remove everything that was made, the private database with it (nothing may be running).
	@rm -rf $(STATE)

$(LINT_STAMP):
	@echo "building golangci-lint (once, takes a minute or two)"
	@mkdir -p $(BIN) && rm -f $(BIN)/.lint-*
	@cd tools/lint && $(GO) build -o ../../$(BIN)/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	@touch $@

$(CODEGEN_STAMP):
	@echo "building oapi-codegen and workflowcheck (once)"
	@mkdir -p $(BIN) && rm -f $(BIN)/.codegen-*
	@cd tools/codegen && $(GO) build -o ../../$(BIN)/oapi-codegen github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen
	@cd tools/codegen && $(GO) build -o ../../$(BIN)/workflowcheck go.temporal.io/sdk/contrib/tools/workflowcheck
	@touch $@
