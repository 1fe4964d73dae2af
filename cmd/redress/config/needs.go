package config

// ForOwner says what a command lacks that acts as the owner of the tables.
func (c Config) ForOwner(command string) error {
	return missing(command, c.owner())
}

// ForRecord says what a command lacks that reads the record, or publishes rules.
func (c Config) ForRecord(command string) error {
	return missing(command, c.database().orRunning())
}

// ForRestart says what a command lacks that starts a workflow again.
func (c Config) ForRestart(command string) error {
	return missing(command, c.database().orRunning(), c.engine().orRunning())
}

// orRunning adds to a need what finds it by itself.
func (n need) orRunning() need {
	n.what += " (while `make run` is up, its own is found)"
	return n
}

// ForAPI says what `redress api` lacks.
func (c Config) ForAPI() error {
	keys := c.API.OIDCIssuer + c.API.TokenKey
	return missing("api", c.database(), c.engine(), c.evidence(),
		need{"REDRESS_OIDC_ISSUER", keys, "the issuer of bearer tokens (or REDRESS_TOKEN_KEY for development)"},
		need{"REDRESS_PARTNER_WAREHOUSE_SECRETS", first(c.Partners.Warehouse.Secrets), "the secret of the warehouse's webhooks"},
		need{"REDRESS_PARTNER_CARRIER_SECRETS", first(c.Partners.Carrier.Secrets), "the secret of the carrier's webhooks"},
		need{"REDRESS_PARTNER_PAYMENT_SECRETS", first(c.Partners.Payment.Secrets), "the secret of the payment provider's webhooks"})
}

// ForWorker says what `redress worker` lacks.
func (c Config) ForWorker() error {
	return missing("worker", c.database(), c.engine(),
		need{"REDRESS_PARTNER_ORDERS_URL", c.Partners.Orders.URL, "where the order system is"},
		need{"REDRESS_PARTNER_WAREHOUSE_URL", c.Partners.Warehouse.URL, "where the warehouse is"},
		need{"REDRESS_PARTNER_CARRIER_URL", c.Partners.Carrier.URL, "where the carrier is"},
		need{"REDRESS_PARTNER_PAYMENT_URL", c.Partners.Payment.URL, "where the payment provider is"},
		need{"REDRESS_PARTNER_NOTIFY_URL", c.Partners.Notify.URL, "where the notification channel is"})
}

func (c Config) database() need {
	return need{"DATABASE_URL", c.DatabaseURL, "the PostgreSQL that holds the record"}
}

func (c Config) owner() need {
	return need{"REDRESS_OWNER_DATABASE_URL", c.OwnerURL, "the same PostgreSQL as its owner (or DATABASE_URL)"}
}

func (c Config) engine() need {
	return need{"TEMPORAL_ADDRESS", c.Temporal.Address, "host:port of Temporal"}
}

func (c Config) evidence() need {
	return need{"REDRESS_EVIDENCE_DIR", c.EvidenceDir, "the folder of evidence, shared by all API processes"}
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
