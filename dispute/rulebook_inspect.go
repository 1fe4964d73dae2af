package dispute

import "slices"

// The codes of a difference between what was declared and what came.
const (
	DifferenceShort      = "short"
	DifferenceOver       = "over"
	DifferenceUndeclared = "undeclared"
	DifferenceCondition  = "condition"
)

// Inspect compares what the warehouse found on a return leg with what the
// customer was to send. It is accepted only when nothing differs: pieces that
// were not declared are a difference too, for a person. An unknown leg, or one
// without an inspection, is not accepted.
func (b *Rulebook) Inspect(c *Case, legID string) InspectionFinding {
	out := InspectionFinding{Rule: b.rule("inspection", string(c.Reason))}
	leg := c.Leg(legID)
	if leg == nil || leg.Return == nil || len(leg.Return.Inspection) == 0 {
		return out
	}
	found := map[string]*inspectedUnits{}
	var strangers []InspectedLine
	for _, line := range leg.Return.Inspection {
		id := c.lineOf(line, leg.Return.Instructions.Items)
		if id == "" {
			strangers = append(strangers, line)
			continue
		}
		if found[id] == nil {
			found[id] = &inspectedUnits{}
		}
		found[id].add(line, b.reason(c.Reason).Conditions)
	}
	for _, item := range leg.Return.Instructions.Items {
		units := found[item.LineID]
		if units == nil {
			units = &inspectedUnits{}
		}
		out.Differences = append(out.Differences, units.differences(item)...)
	}
	for _, line := range strangers {
		if line.Quantity > 0 && line.Condition != ConditionMissing {
			out.Differences = append(out.Differences, ReturnDifference{LineID: line.LineID, SKU: line.SKU,
				Code: DifferenceUndeclared, Received: line.Quantity, Condition: string(line.Condition)})
		}
	}
	if out.Risk = b.newRisk(c); out.Risk != nil {
		return out
	}
	out.Differences = append(out.Differences, leg.Return.lacking()...)
	out.Accepted = len(out.Differences) == 0
	if !out.Accepted || leg.State == ReturnPartial {
		out.Part = b.part(c, leg, out)
	}
	return out
}

// lineOf finds the declared line that an inspected line speaks of: by line id,
// else by SKU through the order; "" when it was not declared.
func (c *Case) lineOf(found InspectedLine, declared []Line) string {
	for _, item := range declared {
		if item.LineID == found.LineID {
			return item.LineID
		}
	}
	if found.LineID != "" || found.SKU == "" || c.Facts.Order == nil {
		return ""
	}
	for _, item := range declared {
		for _, line := range c.Facts.Order.Lines {
			if line.LineID == item.LineID && line.SKU == found.SKU {
				return item.LineID
			}
		}
	}
	return ""
}

// inspectedUnits counts what came of one declared line.
type inspectedUnits struct {
	received   int
	acceptable int
	worst      Condition // the first one that the policy does not accept
}

func (u *inspectedUnits) add(line InspectedLine, accepted []Condition) {
	if line.Condition == ConditionMissing || line.Quantity <= 0 {
		return
	}
	u.received += line.Quantity
	switch {
	case slices.Contains(accepted, line.Condition):
		u.acceptable += line.Quantity
	case u.worst == "":
		u.worst = line.Condition
	}
}

// differences lists how one declared line differs: in number, in condition, or both.
func (u *inspectedUnits) differences(item Line) []ReturnDifference {
	d := ReturnDifference{LineID: item.LineID, Expected: item.Quantity, Received: u.received,
		Acceptable: min(u.acceptable, item.Quantity)}
	var all []ReturnDifference
	if u.received != item.Quantity {
		d.Code = DifferenceShort
		if u.received > item.Quantity {
			d.Code = DifferenceOver
		}
		all = append(all, d)
	}
	if u.worst != "" {
		d.Code, d.Condition = DifferenceCondition, string(u.worst)
		all = append(all, d)
	}
	return all
}
