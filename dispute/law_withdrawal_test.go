package dispute

// tagged gives lines of the order tags.
func tagged(c *Case, tags ...string) *Case {
	for i := range c.Facts.Order.Lines {
		c.Facts.Order.Lines[i].Tags = tags
	}
	return c
}

func (c *Case) because(kind Kind, reason Reason, wants ...RemedyType) *Case {
	c.Kind, c.Reason, c.RequestedRemedy = kind, reason, wants
	return c
}

// withdrawal is a return without reason on the second day.
func withdrawal() *Case { return noReason("2026-09-20T04:00:00Z", "2026-09-22T02:00:00Z") }

const withdrawalLaw = "CPL art. 25; 7-day rules art. 6"

// withdrawalRows are about returns without a reason.
func withdrawalRows() []lawRow {
	kept := func(code, basis string) lawOutcome {
		return lawOutcome{outcome: code, rule: "default@3/exclusions/" + code, basis: basis}
	}
	return []lawRow{
		{"7-day rules art. 10", "the last day is the seventh after signing", noReason("2026-09-10T12:00:00+08:00", "2026-09-17T23:59:59+08:00"), admission,
			lawOutcome{"admissible until 2026-09-17", "", "default@3/window/changed_mind", "7-day rules art. 10"}},
		{"7-day rules art. 10", "over at midnight", noReason("2026-09-10T12:00:00+08:00", "2026-09-18T00:00:00+08:00"), admission,
			lawOutcome{CodeOutsideWindow + " until 2026-09-17", "", "default@3/window/changed_mind", "7-day rules art. 10"}},
		{"7-day rules art. 10", "without a day of signing it never fails open", of(withdrawal(), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Trace = nil, nil
		}), assessment, lawOutcome{"person " + CodeDeliveryDateUnknown, "customer 100", "default@3/route/changed_mind", "7-day rules art. 10"}},
		{"7-day rules art. 10", "size is no defect", of(noReason("2026-09-10T12:00:00+08:00", "2026-09-18T00:00:00+08:00"), func(c *Case) {
			c.Reason = ReasonSizeOrFit
		}), admission, lawOutcome{CodeOutsideWindow + " until 2026-09-17", "", "default@3/window/size_or_fit", "7-day rules art. 10"}},
		{"CPL art. 25", "seven days to give back without a reason", withdrawal(), assessment,
			lawOutcome{"decide return_refund 129.00 CNY", "customer 100", "default@3/route/changed_mind", "CPL art. 25"}},
		{"CPL art. 25", "custom-made goods", tagged(withdrawal(), "custom_made"), admission, kept("custom_made", withdrawalLaw)},
		{"7-day rules art. 6", "custom-made goods", tagged(withdrawal(), "custom_made"), admission, kept("custom_made", withdrawalLaw)},
		{"7-day rules art. 6", "fresh and perishable goods", tagged(withdrawal(), "perishable"), admission, kept("perishable", withdrawalLaw)},
		{"7-day rules art. 6", "what was downloaded", tagged(withdrawal(), "digital_download"), admission, kept("digital_download", withdrawalLaw)},
		{"7-day rules art. 6", "newspapers that were delivered", tagged(withdrawal(), "newspaper"), admission, kept("newspaper", withdrawalLaw)},
		{"7-day rules art. 6", "sealed media: a person looks whether they were opened", tagged(withdrawal(), "sealed_media"), assessment,
			lawOutcome{"person sealed_media", "customer 100", "default@3/exclusions/sealed_media", withdrawalLaw}},
		{"CPL art. 24", "what is custom-made may still be defective", tagged(damagedReturn().because(KindReturn, ReasonDefective, RemedyReturnRefund), "custom_made"),
			assessment, lawOutcome{"offer return_refund 129.00 CNY", "merchant 100", "default@3/route/defective", "CPL art. 24"}},
		{"7-day rules art. 7", "unfit for return by nature, confirmed at the purchase", tagged(withdrawal(), "no_return_confirmed"), admission,
			kept("no_return_confirmed", "7-day rules art. 7")},
		{"Taobao art. 6(3)", "settled, then regretted: a person looks at the earlier case", of(withdrawal(), func(c *Case) { c.PreviousCaseID = "case_1" }),
			assessment, lawOutcome{"person previous_case", "customer 100", "default@3/exclusions/previous_case", "Taobao art. 6(3); JD art. 5"}},
		{"JD art. 5", "it is no refusal by itself", of(withdrawal(), func(c *Case) { c.PreviousCaseID = "case_1" }),
			func(b *Rulebook, c *Case) lawOutcome {
				out := admission(b, c)
				out.basis = assessment(b, c).basis
				return out
			}, lawOutcome{"admissible until 2026-09-27", "", "default@3/window/changed_mind", "Taobao art. 6(3); JD art. 5"}},
		{"7-day rules art. 8", "opening to inspect does not spoil the goods", withdrawal(), inspected(ConditionOpened),
			lawOutcome{"accepted", "", "default@3/inspection/changed_mind", "7-day rules art. 8"}},
		{"7-day rules art. 8", "using them does", withdrawal(), inspected(ConditionUsed),
			lawOutcome{"condition used", "", "default@3/inspection/changed_mind", "7-day rules art. 8"}},
	}
}

// inspected is what comes of a return in a condition.
func inspected(condition Condition) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		c.Legs = b.Plan(c, []Remedy{{Type: RemedyReturnRefund}}).Legs
		c.Legs[0].Return.Inspection = []InspectedLine{{LineID: "l1", SKU: "mug", Quantity: 2, Condition: condition}}
		found := b.Inspect(c, c.Legs[0].ID)
		out := lawOutcome{outcome: "accepted", rule: found.Rule, basis: b.policy.Basis["reasons.changed_mind.conditions"]}
		for _, d := range found.Differences {
			out.outcome = d.Code + " " + d.Condition
		}
		return out
	}
}
