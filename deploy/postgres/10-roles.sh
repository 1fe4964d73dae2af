#!/bin/sh
# Run by the image of PostgreSQL when its data directory is new.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  -v owner_password="$REDRESS_OWNER_PASSWORD" \
  -v service_password="$REDRESS_SERVICE_PASSWORD" \
  -v temporal_password="$TEMPORAL_DB_PASSWORD" \
  -f /redress/roles.sql
