package dispute

import "strconv"

// answered adds how the n-th step of the policy's burden of proof went.
func answered(c *Case, party Party, state ProofState, n int) *Case {
	c.Proof = append(c.Proof, ProofStep{Party: party, State: state, Rule: "default@3/proof/" + string(c.Reason) + "/" + strconv.Itoa(n)})
	return c
}

// shows adds evidence of a party.
func shows(c *Case, party Party, types ...EvidenceType) *Case {
	by := Actor{Role: RoleAgent, ID: "agent-1"}
	if party == PartyCustomer {
		by = Actor{Role: RoleCustomer, ID: c.CustomerID}
	}
	for _, t := range types {
		c.Evidence = append(c.Evidence, Evidence{ID: "ev_" + string(t), Type: t, SubmittedBy: by})
	}
	return c
}

// dear makes the claim one that no rule settles, by its amount.
func dear(c *Case) *Case {
	rich(c)
	return c
}

// proofRows are about who has to prove what, and what follows.
func proofRows() []lawRow {
	durable := func(opened string) *Case {
		return of(tagged(dear(goods(ReasonDefective)), "durable"), func(c *Case) { c.OpenedAt = utc(opened) })
	}
	unsigned := func() *Case { return parcel(ReasonNotReceived, ParcelUnknown) }
	short := func() *Case { return parcel(ReasonMissingItem, ParcelDelivered) }
	counterfeit := func() *Case { return goods(ReasonCounterfeit) }
	described := func() *Case { return dear(goods(ReasonNotAsDescribed)) }
	return []lawRow{
		{"Taobao art. 66", "the merchant shows papers of origin", counterfeit(), assessment,
			lawOutcome{"prove merchant [origin_papers]", "", "default@3/proof/counterfeit/1", "Taobao art. 66"}},
		{"Taobao art. 66", "a flag relieves nobody of proving", of(counterfeit(), func(c *Case) { c.Facts.History.Cases90Days = 99 }), assessment,
			lawOutcome{"prove merchant [origin_papers]", "", "default@3/proof/counterfeit/1", "Taobao art. 66"}},
		{"Taobao art. 66", "what the customer sent are not the merchant's papers", shows(counterfeit(), PartyCustomer, EvidenceOrigin), assessment,
			lawOutcome{"prove merchant [origin_papers]", "", "default@3/proof/counterfeit/1", "Taobao art. 66"}},
		{"Taobao art. 66", "no papers: the merchant is at fault", answered(counterfeit(), PartyMerchant, ProofFailed, 1), fault,
			lawOutcome{"person", "merchant 100", "default@3/liability/counterfeit/1", "Taobao art. 66"}},
		{"Taobao art. 7", "papers shown: a person compares them", answered(counterfeit(), PartyMerchant, ProofMet, 1), fault,
			lawOutcome{"person", "undetermined 100", "default@3/liability/counterfeit", "Taobao art. 7"}},
		{"Taobao art. 7", "papers that are there already are not asked for", shows(counterfeit(), PartyMerchant, EvidenceOrigin), fault,
			lawOutcome{"person", "undetermined 100", "default@3/liability/counterfeit", "Taobao art. 7"}},

		{"CPL art. 23", "durables within six months: the merchant disproves the defect", durable("2027-03-22T02:00:00Z"), assessment,
			lawOutcome{"prove merchant [report]", "", "default@3/proof/defective/1", "CPL art. 23"}},
		{"CPL art. 24", "after six months nobody asks the merchant", durable("2027-03-25T02:00:00Z"), assessment,
			lawOutcome{"person " + CodePersonByRule, "merchant 100", "default@3/route/defective/4", "CPL art. 24"}},
		{"CPL art. 23", "the merchant did not disprove it", answered(durable("2026-09-22T02:00:00Z"), PartyMerchant, ProofFailed, 1), fault,
			lawOutcome{"person", "merchant 100", "default@3/liability/defective/2", "CPL art. 23"}},
		{"CPL art. 23", "the merchant disproved it: a person decides", answered(durable("2026-09-22T02:00:00Z"), PartyMerchant, ProofMet, 1), assessment,
			lawOutcome{"person " + CodePersonByRule, "undetermined 100", "default@3/route/defective/2", "CPL art. 23"}},
		{"CPL art. 23", "and in the warranty", tagged(goods(ReasonWarrantyFailure), "durable"), assessment,
			lawOutcome{"prove merchant [report]", "", "default@3/proof/warranty_failure/1", "CPL art. 23"}},

		{"Taobao art. 65", "the merchant rebuts", described(), assessment,
			lawOutcome{"prove merchant [report]", "", "default@3/proof/not_as_described/1", "Taobao art. 65"}},
		{"Taobao art. 65", "then the buyer brings a report", answered(described(), PartyMerchant, ProofMet, 1), assessment,
			lawOutcome{"prove customer [report]", "", "default@3/proof/not_as_described/2", "Taobao art. 65"}},
		{"Taobao art. 65", "the buyer's report decides", answered(answered(described(), PartyMerchant, ProofMet, 1), PartyCustomer, ProofMet, 2), fault,
			lawOutcome{"person", "merchant 100", "default@3/liability/not_as_described/1", "Taobao art. 65"}},
		{"Taobao art. 7", "no report: undetermined", answered(answered(described(), PartyMerchant, ProofMet, 1), PartyCustomer, ProofFailed, 2), fault,
			lawOutcome{"person", "undetermined 100", "default@3/liability/not_as_described/2", "Taobao art. 7"}},

		{"Taobao art. 38", "no word of the carrier: the merchant proves delivery", unsigned(), assessment,
			lawOutcome{"prove merchant [signing_proof]", "", "default@3/proof/not_received/1", "Taobao art. 38"}},
		{"Taobao art. 38", "no proof: the money goes back", answered(unsigned(), PartyMerchant, ProofFailed, 1), assessment,
			lawOutcome{"offer refund 129.00 CNY", "merchant 100", "default@3/route/not_received/1", "Taobao art. 38"}},
		{"Taobao art. 10", "until signing the risk is the seller's", answered(unsigned(), PartyMerchant, ProofFailed, 1), fault,
			lawOutcome{"offer", "merchant 100", "default@3/liability/not_received/2", "Taobao art. 10"}},
		{"Taobao art. 25", "proved: a person decides", answered(unsigned(), PartyMerchant, ProofMet, 1), assessment,
			lawOutcome{"person carrier_says_unknown", "undetermined 100", "default@3/route/not_received", "Taobao art. 25"}},

		{"Taobao art. 75", "the merchant proves proper signing", short(), assessment,
			lawOutcome{"prove merchant [signing_proof]", "", "default@3/proof/missing_item/1", "Taobao art. 75"}},
		{"Taobao art. 75", "then the buyer the state at signing", shows(short(), PartyMerchant, EvidenceSigning), assessment,
			lawOutcome{"prove customer [video]", "", "default@3/proof/missing_item/2", "Taobao art. 75"}},
		{"Taobao art. 75", "no proof of signing: the merchant pays", answered(short(), PartyMerchant, ProofFailed, 1), assessment,
			lawOutcome{"offer refund 129.00 CNY", "merchant 100", "default@3/route/missing_item/1", "Taobao art. 75"}},
		{"Taobao art. 75", "no proof of the state: a person decides", answered(answered(short(), PartyMerchant, ProofMet, 1), PartyCustomer, ProofFailed, 2), fault,
			lawOutcome{"person", "customer 100", "default@3/liability/missing_item/3", "Taobao art. 75"}},
		{"Taobao art. 7", "both proved: undetermined", answered(answered(short(), PartyMerchant, ProofMet, 1), PartyCustomer, ProofMet, 2), fault,
			lawOutcome{"person", "undetermined 100", "default@3/liability/missing_item", "Taobao art. 7"}},
	}
}
