package api

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/webhook"
)

// PartnerKind is what a partner is to the shop.
type PartnerKind string

// The kinds of partners that report by webhook.
const (
	PartnerOrders    PartnerKind = "orders" // the shop's own system
	PartnerWarehouse PartnerKind = "warehouse"
	PartnerCarrier   PartnerKind = "carrier"
	PartnerPayment   PartnerKind = "payment"
	PartnerSupplier  PartnerKind = "supplier"
)

// Partner is who may report by webhook, and what.
type Partner struct {
	ID      string      `json:"id"` // stands in the address of its webhooks
	Kind    PartnerKind `json:"kind"`
	Secrets []string    `json:"secrets"`         // whsec_…; two are live while one is rotated
	Types   []string    `json:"types,omitempty"` // empty: all types of the kind
}

// register checks the partners and joins each kind with its translator.
func (s *Server) register(all []Partner, replaced map[PartnerKind]Translator) error {
	s.partners = map[string]Partner{}
	s.translators = map[PartnerKind]Translator{PartnerOrders: creditEvents{},
		PartnerWarehouse: warehouseEvents{}, PartnerCarrier: carrierEvents{}, PartnerPayment: paymentEvents{},
		PartnerSupplier: claimEvents{}}
	for kind, t := range replaced {
		s.translators[kind] = t
	}
	for _, p := range all {
		switch {
		case p.ID == "" || p.ID == sourceAPI:
			return dispute.Errorf(dispute.CodeInvalid, "a partner needs an id other than %q", sourceAPI)
		case s.translators[p.Kind] == nil:
			return dispute.Errorf(dispute.CodeInvalid, "the partner %s is of the unknown kind %q", p.ID, p.Kind)
		case len(p.Secrets) == 0 || len(p.Secrets) > 2:
			return dispute.Errorf(dispute.CodeInvalid, "the partner %s needs one or two secrets", p.ID)
		}
		if _, twice := s.partners[p.ID]; twice {
			return dispute.Errorf(dispute.CodeInvalid, "the partner %s stands twice", p.ID)
		}
		for _, secret := range p.Secrets {
			if err := webhook.CheckSecret(secret); err != nil {
				return fmt.Errorf("a secret of the partner %s: %w", p.ID, err)
			}
		}
		s.partners[p.ID] = p
	}
	return nil
}

// may says whether the partner may report events of the type.
func (p Partner) may(eventType string) bool {
	if len(p.Types) == 0 {
		return true // its translator knows its own
	}
	for _, t := range p.Types {
		if t == eventType {
			return true
		}
	}
	return false
}
