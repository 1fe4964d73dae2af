package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
)

func clear(t *testing.T) {
	t.Helper()
	names, err := config.Variables()
	require.NoError(t, err)
	for _, name := range names {
		t.Setenv(name, "")
	}
}

func TestMissingSettingsAreNamed(t *testing.T) {
	clear(t)
	c, err := config.Load()
	require.NoError(t, err)
	require.ErrorContains(t, c.ForOwner("migrate"), "REDRESS_OWNER_DATABASE_URL")
	require.ErrorContains(t, c.ForRecord("case list"), "DATABASE_URL")
	for _, name := range []string{"DATABASE_URL", "TEMPORAL_ADDRESS", "REDRESS_EVIDENCE_DIR", "REDRESS_OIDC_ISSUER", "REDRESS_PARTNER_CARRIER_SECRETS"} {
		require.ErrorContains(t, c.ForAPI(), name)
	}
	for _, name := range []string{"TEMPORAL_ADDRESS", "REDRESS_PARTNER_ORDERS_URL", "REDRESS_PARTNER_NOTIFY_URL"} {
		require.ErrorContains(t, c.ForWorker(), name)
	}
}

func TestTheOwnerIsTheServiceUnlessSet(t *testing.T) {
	clear(t)
	t.Setenv("DATABASE_URL", "postgres://one/db")
	c, err := config.Load()
	require.NoError(t, err)
	require.Equal(t, "postgres://one/db", c.OwnerURL)
	require.NoError(t, c.ForOwner("migrate"))

	t.Setenv("REDRESS_OWNER_DATABASE_URL", "postgres://two/db")
	c, err = config.Load()
	require.NoError(t, err)
	require.Equal(t, "postgres://two/db", c.OwnerURL)
}

func TestSecretsMayBeTwo(t *testing.T) {
	clear(t)
	t.Setenv("REDRESS_PARTNER_WAREHOUSE_SECRETS", "whsec_one,whsec_two")
	c, err := config.Load()
	require.NoError(t, err)
	require.Equal(t, []string{"whsec_one", "whsec_two"}, c.Partners.Warehouse.Secrets)
}

// What is wrong is named by its variable, with what it holds and what it must be.
func TestBadValuesAreRefused(t *testing.T) {
	for _, row := range [][3]string{
		{"REDRESS_LOG_FORMAT", "xml", "it may be json or text"},
		{"REDRESS_LOG_LEVEL", "loud", "it must be debug, info, warn or error"},
		{"REDRESS_API_PORT", "eighty", "it must be a whole number"},
		{"REDRESS_API_PORT", "70000", "it must be from 0 to 65535"},
		{"REDRESS_PARTNERS_PORT", "65535", "it must be from 0 to 65529"},
		{"REDRESS_DRAIN_TIMEOUT", "soon", "it must be a length of time, e.g. 20s or 2m"},
		{"REDRESS_DRAIN_TIMEOUT", "20", "it must be a length of time, e.g. 20s or 2m"},
		{"REDRESS_IDEMPOTENCY_LEASE", "-1s", "it must not be negative"},
		{"REDRESS_WEEKLY_REPORT_DAY", "8", "it must be from 1 to 7"},
		{"REDRESS_WEEKLY_REPORT_HOUR", "24", "it must be from 0 to 23"},
		{"REDRESS_WEEKLY_REPORT_OFF", "perhaps", "it must be true or false"},
		{"REDRESS_WEEKLY_REPORT_ZONE", "Mars/Olympus", "it must be a zone such as Asia/Shanghai"},
		{"REDRESS_DATA_KEYS_LOST", "ja", "it must be true or false"},
		{"REDRESS_WEBHOOK_ALLOW", "here", "is not a network such as 10.20.0.0/16"},
	} {
		t.Run(row[0]+"="+row[1], func(t *testing.T) {
			clear(t)
			t.Setenv(row[0], row[1])
			_, err := config.Load()
			require.ErrorContains(t, err, "settings: "+row[0])
			require.ErrorContains(t, err, row[1])
			require.ErrorContains(t, err, row[2])
			require.NotContains(t, err.Error(), "\n")
		})
	}
}

// Several mistakes are told at once, a line each.
func TestAllBadValuesAreTold(t *testing.T) {
	clear(t)
	t.Setenv("REDRESS_API_PORT", "eighty")
	t.Setenv("REDRESS_LOG_LEVEL", "loud")
	_, err := config.Load()
	require.ErrorContains(t, err, "REDRESS_API_PORT")
	require.ErrorContains(t, err, "REDRESS_LOG_LEVEL")
}
