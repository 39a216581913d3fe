#!/bin/sh
# Runs once, when the database is made: two roles that cannot read each other's tables.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname postgres \
    --set temporal_pw="$TEMPORAL_DB_PASSWORD" --set routewacht_pw="$ROUTEWACHT_DB_PASSWORD" <<'SQL'
-- Temporal's own tool makes and updates its two databases.
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_pw';
CREATE ROLE routewacht LOGIN PASSWORD :'routewacht_pw';
CREATE DATABASE routewacht OWNER routewacht TEMPLATE template0 ENCODING 'UTF8';
REVOKE CONNECT ON DATABASE routewacht FROM PUBLIC;
SQL
