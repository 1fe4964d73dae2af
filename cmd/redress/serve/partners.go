package serve

import (
	"github.com/redresshq/redress/api"
	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/partners"
)

// PartnerOf ties each partner of the sandbox to its settings.
func PartnerOf(p *config.Partners) map[partners.Kind]*config.Partner {
	return map[partners.Kind]*config.Partner{
		partners.Orders: &p.Orders, partners.Warehouse: &p.Warehouse.Partner, partners.Carrier: &p.Carrier.Partner,
		partners.Payments: &p.Payment.Partner, partners.Notify: &p.Notify,
	}
}

// reporters are the partners that may send webhooks, and their secrets.
func reporters(p config.Partners) []api.Partner {
	return []api.Partner{
		{ID: partners.WarehouseID, Kind: api.PartnerWarehouse, Secrets: p.Warehouse.Secrets},
		{ID: partners.CarrierID, Kind: api.PartnerCarrier, Secrets: p.Carrier.Secrets},
		{ID: partners.PaymentsID, Kind: api.PartnerPayment, Secrets: p.Payment.Secrets},
	}
}

// SandboxSecrets are the secrets that the sandbox signs its webhooks with, by
// partner id: the first of each partner's.
func SandboxSecrets(p config.Partners) map[string]string {
	secrets := map[string]string{}
	for _, r := range reporters(p) {
		if len(r.Secrets) > 0 {
			secrets[r.ID] = r.Secrets[0]
		}
	}
	return secrets
}
