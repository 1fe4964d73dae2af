package serve

import (
	"github.com/redresshq/redress/api"
	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/partners"
)

// PartnerOf ties each partner of the sandbox to its settings.
func PartnerOf(p *config.Partners) map[partners.Kind]*config.Partner {
	return map[partners.Kind]*config.Partner{
		partners.Orders: &p.Orders.Partner, partners.Warehouse: &p.Warehouse.Partner, partners.Carrier: &p.Carrier.Partner,
		partners.Payments: &p.Payment.Partner, partners.Notify: &p.Notify,
		partners.Supplier: &p.Supplier.Partner,
	}
}

// reporters are the partners that may send webhooks, and their secrets.
func reporters(p config.Partners) []api.Partner {
	all := []api.Partner{
		{ID: partners.WarehouseID, Kind: api.PartnerWarehouse, Secrets: p.Warehouse.Secrets},
		{ID: partners.CarrierID, Kind: api.PartnerCarrier, Secrets: p.Carrier.Secrets},
		{ID: partners.PaymentsID, Kind: api.PartnerPayment, Secrets: p.Payment.Secrets},
	}
	if len(p.Orders.Secrets) > 0 { // it need not report
		all = append(all, api.Partner{ID: partners.OrdersID, Kind: api.PartnerOrders, Secrets: p.Orders.Secrets})
	}
	if len(p.Supplier.Secrets) > 0 {
		all = append(all, api.Partner{ID: partners.SupplierID, Kind: api.PartnerSupplier, Secrets: p.Supplier.Secrets})
	}
	return all
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
