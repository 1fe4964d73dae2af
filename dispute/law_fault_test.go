package dispute

// goods is a return of the goods for a reason, two days after signing.
func goods(reason Reason) *Case {
	return damagedReturn().because(KindReturn, reason, RemedyReturnRefund)
}

// parcel is a claim about a parcel.
func parcel(reason Reason, status ParcelStatus) *Case {
	c := damagedReturn().because(KindClaim, reason, RemedyRefund)
	c.Facts.Trace.Status = status
	return c
}

// faultRows are about who is liable and how the case goes on.
func faultRows() []lawRow {
	return []lawRow{
		{"CPL art. 24", "a defect inside seven days: the goods go back", goods(ReasonDefective), assessment,
			lawOutcome{"offer return_refund 129.00 CNY", "merchant 100", "default@3/route/defective", "CPL art. 24"}},
		{"CPL art. 24", "the seventh day", of(goods(ReasonDefective), func(c *Case) { c.OpenedAt = utc("2026-09-27T15:59:59Z") }), assessment,
			lawOutcome{"offer return_refund 129.00 CNY", "merchant 100", "default@3/route/defective", "CPL art. 24"}},
		{"CPL art. 24", "later exchange or repair are owed, by a person", of(goods(ReasonDefective), func(c *Case) { c.OpenedAt = utc("2026-09-27T16:00:00Z") }), assessment,
			lawOutcome{"person " + CodePersonByRule, "merchant 100", "default@3/route/defective/4", "CPL art. 24"}},
		{"CPL art. 24", "a repair is owed after the seven days too", of(damagedReturn().because(KindRepair, ReasonDefective, RemedyRepair), func(c *Case) {
			c.OpenedAt = utc("2026-10-20T02:00:00Z")
		}), assessment, lawOutcome{"offer repair <nil>", "merchant 100", "default@3/route/defective/3", "CPL art. 24"}},
		{"CPL art. 24", "without a day of signing it does not fail open", of(goods(ReasonDefective), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Trace = nil, nil
		}), assessment, lawOutcome{"person " + CodePersonByRule, "merchant 100", "default@3/route/defective/4", "CPL art. 24"}},
		{"CPL art. 24", "the seller answers for the defect", goods(ReasonDefective), fault,
			lawOutcome{"offer", "merchant 100", "default@3/liability/defective", "CPL art. 24"}},
		{"Taobao art. 65", "the buyer shows it first", goods(ReasonNotAsDescribed), assessment,
			lawOutcome{"offer return_refund 129.00 CNY", "merchant 100", "default@3/route/not_as_described", "Taobao art. 65"}},
		{"Taobao art. 75", "the wrong item", goods(ReasonWrongItem), assessment,
			lawOutcome{"offer return_refund 129.00 CNY", "merchant 100", "default@3/route/wrong_item", "Taobao art. 75"}},
		{"CPL art. 55", "a counterfeit is never settled by rule", answered(goods(ReasonCounterfeit), PartyMerchant, ProofFailed, 1), assessment,
			lawOutcome{"person " + CodePersonByRule, "merchant 100", "default@3/route/counterfeit", "CPL art. 55"}},
		{"Taobao art. 75", "damage: the buyer shows the state at signing", goods(ReasonDamagedInTransit), assessment,
			lawOutcome{"offer return_refund 129.00 CNY", "carrier 100", "default@3/route/damaged_in_transit", "Taobao art. 75"}},
		{"Taobao art. 75", "who cannot prove proper signing bears the damage", of(goods(ReasonDamagedInTransit), func(c *Case) { c.Facts.Trace.Status = ParcelUnknown }),
			fault, lawOutcome{"offer", "merchant 100", "default@3/liability/damaged_in_transit/2", "Taobao art. 75"}},
		{"Taobao art. 25", "the carrier's own record of damage is proof", of(goods(ReasonDamagedInTransit), func(c *Case) { c.Facts.Trace.DamageReported = true }),
			fault, lawOutcome{"offer", "carrier 100", "default@3/liability/damaged_in_transit/1", "Taobao art. 25"}},
		{"Taobao art. 25", "the carrier lost it", parcel(ReasonNotReceived, ParcelLost), assessment,
			lawOutcome{"decide refund 129.00 CNY", "carrier 100", "default@3/route/not_received", "Taobao art. 25"}},
		{"Taobao art. 25", "the carrier delivered it", parcel(ReasonNotReceived, ParcelDelivered), assessment,
			lawOutcome{"person carrier_says_delivered", "undetermined 100", "default@3/route/not_received", "Taobao art. 25"}},
		{"Taobao art. 25", "late on the way", of(parcel(ReasonLateDelivery, ParcelDelivered), func(c *Case) {
			c.Facts.Order.PromisedBy = ptr(utc("2026-09-18T00:00:00Z"))
		}), fault, lawOutcome{"offer", "carrier 100", "default@3/liability/late_delivery/2", "Taobao art. 25"}},
		{"Taobao art. 7", "nobody's fault is known", parcel(ReasonNotReceived, ParcelInTransit), fault,
			lawOutcome{"person", "undetermined 100", "default@3/liability/not_received", "Taobao art. 7"}},
		{"CPL Regulations art. 18", "the warranty counts from installation", of(goods(ReasonWarrantyFailure), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Order.InstalledAt = ptr(utc("2025-08-01T04:00:00Z")), ptr(utc("2025-09-22T04:00:00Z"))
		}), assessment, lawOutcome{"person " + CodePersonByRule, "merchant 100", "default@3/route/warranty_failure", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "inside it a repair is offered by rule", damagedReturn().because(KindRepair, ReasonWarrantyFailure, RemedyRepair),
			assessment, lawOutcome{"offer repair <nil>", "merchant 100", "default@3/route/warranty_failure/1", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "the time of a repair does not count", of(goods(ReasonWarrantyFailure), func(c *Case) {
			c.Facts.Order.DeliveredAt = ptr(utc("2025-09-20T04:00:00Z"))
			c.Facts.History.Repairs = []PastRepair{{CaseID: "case_1", LegID: "repair-1", OrderID: c.OrderID, Lines: []Line{{"l1", 2}}, State: RepairReturned,
				From: ptr(utc("2026-03-10T04:00:00Z")), To: ptr(utc("2026-03-12T04:00:00Z"))}}
		}), fault, lawOutcome{"person", "merchant 100", "default@3/liability/warranty_failure", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "an exchange begins it anew", of(goods(ReasonWarrantyFailure), func(c *Case) {
			c.Facts.Order.DeliveredAt = ptr(utc("2025-03-01T04:00:00Z"))
			c.Facts.History.Exchanges = []PastExchange{{CaseID: "case_1", LegID: "replacement-1", OrderID: c.OrderID, Lines: []Line{{"l1", 2}},
				SignedAt: ptr(utc("2025-10-01T04:00:00Z"))}}
		}), fault, lawOutcome{"person", "merchant 100", "default@3/liability/warranty_failure", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "a day later it is over", of(goods(ReasonWarrantyFailure), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Order.InstalledAt = ptr(utc("2025-08-01T04:00:00Z")), ptr(utc("2025-09-21T04:00:00Z"))
		}), assessment, lawOutcome{"person " + CodeOutsideWindow, "undetermined 100", "default@3/warranty/warranty_failure", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "without an installation it counts from delivery", of(goods(ReasonWarrantyFailure), func(c *Case) {
			c.Facts.Order.DeliveredAt = ptr(utc("2025-09-21T04:00:00Z"))
		}), fault, lawOutcome{"person", "undetermined 100", "default@3/warranty/warranty_failure", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "inside it the merchant answers", goods(ReasonWarrantyFailure), fault,
			lawOutcome{"person", "merchant 100", "default@3/liability/warranty_failure", "CPL Regulations art. 18"}},
		{"CPL Regulations art. 18", "without any date it does not fail open", of(goods(ReasonWarrantyFailure), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Trace = nil, nil
		}), assessment, lawOutcome{"person " + CodeAnchorUnknown, "undetermined 100", "default@3/warranty/warranty_failure", "CPL Regulations art. 18"}},
	}
}
