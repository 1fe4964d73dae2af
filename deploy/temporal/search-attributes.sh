#!/bin/sh
# Registers the search attributes of Redress in a namespace; running it again is
# harmless. Needs the Temporal CLI and TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE.
set -eu

namespace="${TEMPORAL_NAMESPACE:-default}"

# The frontend answers before the namespace is there.
tries=0
until temporal operator search-attribute list --namespace "$namespace" >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "namespace $namespace at ${TEMPORAL_ADDRESS:-127.0.0.1:7233} does not answer" >&2
    exit 1
  fi
  sleep 2
done

# name=type, one a line; a test holds this list to the one in the code.
while IFS='=' read -r name type; do
  if temporal operator search-attribute list --namespace "$namespace" | grep -qw "$name"; then
    echo "$name is there"
  else
    temporal operator search-attribute create --namespace "$namespace" --name "$name" --type "$type"
  fi
done <<'ATTRIBUTES'
CaseStage=Keyword
CaseKind=Keyword
CaseReason=Keyword
CaseWaitingOn=Keyword
CaseOutcome=Keyword
CaseDueAt=Datetime
CaseBreached=Bool
CaseRisk=Int
ATTRIBUTES
