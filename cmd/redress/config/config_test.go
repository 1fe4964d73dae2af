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
	require.ErrorContains(t, c.ForMigrate(), "REDRESS_OWNER_DATABASE_URL")
	require.ErrorContains(t, c.ForCase(), "DATABASE_URL")
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
	require.NoError(t, c.ForMigrate())

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

func TestBadValuesAreRefused(t *testing.T) {
	for name, value := range map[string]string{
		"REDRESS_LOG_FORMAT": "xml", "REDRESS_LOG_LEVEL": "loud", "REDRESS_API_PORT": "eighty", "REDRESS_DRAIN_TIMEOUT": "soon",
	} {
		t.Run(name, func(t *testing.T) {
			clear(t)
			t.Setenv(name, value)
			_, err := config.Load()
			require.Error(t, err)
		})
	}
}
