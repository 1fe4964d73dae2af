package partners

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/redresshq/redress/webhook"
)

// Kind names one of the partners.
type Kind string

// The partners of the sandbox.
const (
	Orders    Kind = "orders"
	Warehouse Kind = "warehouse"
	Carrier   Kind = "carrier"
	Payments  Kind = "payments"
	Notify    Kind = "notify"
	Supplier  Kind = "supplier"
)

// Kinds lists all partners.
func Kinds() []Kind { return []Kind{Orders, Warehouse, Carrier, Payments, Notify, Supplier} }

// The partner ids under which webhooks are sent: POST <WebhookURL>/<partner id>.
const (
	OrdersID    = "orders-1"
	WarehouseID = "warehouse-1"
	CarrierID   = "carrier-1"
	PaymentsID  = "payments-1"
	SupplierID  = "supplier-1"
)

// PartnerID is the id under which the partner sends webhooks, "" if it sends none.
func (k Kind) PartnerID() string {
	switch k {
	case Orders:
		return OrdersID
	case Warehouse:
		return WarehouseID
	case Carrier:
		return CarrierID
	case Payments:
		return PaymentsID
	case Supplier:
		return SupplierID
	}
	return ""
}

// URLs are the base URLs of the partners.
type URLs map[Kind]string

// Config is how a sandbox runs. The zero value is usable: free ports on the
// loopback address, ledgers in memory, no webhooks.
type Config struct {
	// Host is the address to listen on, "" for 127.0.0.1.
	Host string
	// Ports by partner; 0 or missing means any free port.
	Ports map[Kind]int
	// MailPort is the port of the mail server; 0 means any free one.
	MailPort int
	// WebhookURL is the base that webhooks go to, without the partner id, e.g.
	// http://127.0.0.1:8080/v1/webhooks. "" sends none until SetWebhookURL.
	WebhookURL string
	// Secrets by partner id, "whsec_" and base64. A partner without one sends nothing.
	Secrets map[string]string
	// LedgerDir is where the ledgers live, one JSON Lines file a partner, read back
	// at start; "" keeps them in memory.
	LedgerDir string
	// Token, when set, is the bearer token that every call of the contract must carry.
	Token string
	// Settlement is how refunds and payouts end at first; see its defaults.
	Settlement Settlement
	// Auto plays the customer, the carrier and the warehouse; off at first.
	Auto Auto
	// WebhookTries is how often a webhook is tried in all; 0 means 10.
	WebhookTries int
	// WebhookBackoff is the wait before the second try, doubled up to 5 s; 0 means 200 ms.
	WebhookBackoff time.Duration
	// Log receives what went wrong; nil is silent.
	Log *slog.Logger
}

func (c Config) withDefaults() (Config, error) {
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if c.WebhookTries <= 0 {
		c.WebhookTries = 10
	}
	if c.WebhookBackoff <= 0 {
		c.WebhookBackoff = 200 * time.Millisecond
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	for id, secret := range c.Secrets {
		if err := webhook.CheckSecret(secret); err != nil {
			return c, fmt.Errorf("secret of partner %s: %w", id, err)
		}
	}
	settlement, err := c.Settlement.withDefaults()
	if err != nil {
		return c, err
	}
	c.Settlement = settlement
	auto, err := c.Auto.withDefaults()
	if err != nil {
		return c, err
	}
	c.Auto = auto
	return c, nil
}
