package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/webhook"
)

// secretOverlap is how long the secret before signs too.
const secretOverlap = 24 * time.Hour

// ListWebhookEndpoints answers the shop's own systems that are told what happens.
func (s *Server) ListWebhookEndpoints(ctx context.Context, r ListWebhookEndpointsRequestObject) (ListWebhookEndpointsResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	limit := pageSize(r.Params.Limit)
	all, err := record.WebhookEndpoints(ctx, value(r.Params.Cursor), limit)
	if err != nil {
		return nil, err
	}
	page := WebhookEndpointPage{Items: []WebhookEndpoint{}}
	page.Items = append(page.Items, all...)
	if len(all) == limit {
		page.NextCursor = all[len(all)-1].ID
	}
	return ListWebhookEndpoints200JSONResponse(page), nil
}

// CreateWebhookEndpoint adds one; its id follows from the request, so that a retry adds none.
func (s *Server) CreateWebhookEndpoint(ctx context.Context, r CreateWebhookEndpointRequestObject) (CreateWebhookEndpointResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	b := r.Body
	if err := s.checkEndpoint(ctx, b.Url, value(b.Types), true); err != nil {
		return nil, err
	}
	secret, err := secretOf(b.Secret)
	if err != nil {
		return nil, err
	}
	answer := func(e dispute.WebhookEndpoint) CreateWebhookEndpoint201JSONResponse {
		return CreateWebhookEndpoint201JSONResponse{Body: WebhookEndpointSecret{Endpoint: e, Secret: e.Secret}}
	}
	op := exchangeOf(ctx).row
	made, err := record.CreateWebhookEndpoint(ctx, op, dispute.WebhookEndpoint{
		ID: "whe_" + shortHash(op.UpdateID), URL: b.Url, Description: value(b.Description), Types: value(b.Types), Secret: secret},
		func(e dispute.WebhookEndpoint) (dispute.OperationAnswer, error) {
			return answered(answer(e).VisitCreateWebhookEndpointResponse)
		})
	return answer(made), err
}

// GetWebhookEndpoint answers one.
func (s *Server) GetWebhookEndpoint(ctx context.Context, r GetWebhookEndpointRequestObject) (GetWebhookEndpointResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	e, err := record.WebhookEndpoint(ctx, r.EndpointId)
	return GetWebhookEndpoint200JSONResponse{WebhookEndpointJSONResponse{Body: e}}, err
}

// UpdateWebhookEndpoint changes where one is, what it gets, and whether it is enabled.
func (s *Server) UpdateWebhookEndpoint(ctx context.Context, r UpdateWebhookEndpointRequestObject) (UpdateWebhookEndpointResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	b := r.Body
	if err := s.checkEndpoint(ctx, b.Url, b.Types, b.Enabled); err != nil {
		return nil, err
	}
	state := dispute.EndpointDisabled
	if b.Enabled {
		state = dispute.EndpointEnabled
	}
	e, err := record.UpdateWebhookEndpoint(ctx, dispute.WebhookEndpoint{ID: r.EndpointId, URL: b.Url, Description: value(b.Description), Types: b.Types, State: state})
	return UpdateWebhookEndpoint200JSONResponse{WebhookEndpointJSONResponse{Body: e}}, err
}

// DeleteWebhookEndpoint ends one.
func (s *Server) DeleteWebhookEndpoint(ctx context.Context, r DeleteWebhookEndpointRequestObject) (DeleteWebhookEndpointResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	answer := func(e dispute.WebhookEndpoint) DeleteWebhookEndpoint200JSONResponse {
		return DeleteWebhookEndpoint200JSONResponse{WebhookEndpointJSONResponse{Body: e}}
	}
	e, err := record.DeleteWebhookEndpoint(ctx, exchangeOf(ctx).row, r.EndpointId, func(e dispute.WebhookEndpoint) (dispute.OperationAnswer, error) {
		return answered(answer(e).VisitDeleteWebhookEndpointResponse)
	})
	return answer(e), err
}

// RotateWebhookSecret gives one a new secret.
func (s *Server) RotateWebhookSecret(ctx context.Context, r RotateWebhookSecretRequestObject) (RotateWebhookSecretResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	secret, err := secretOf(r.Body.Secret)
	if err != nil {
		return nil, err
	}
	answer := func(e dispute.WebhookEndpoint) RotateWebhookSecret200JSONResponse {
		return RotateWebhookSecret200JSONResponse{Body: WebhookEndpointSecret{Endpoint: e, Secret: e.Secret}}
	}
	e, err := record.RotateWebhookSecret(ctx, exchangeOf(ctx).row, r.EndpointId, secret, s.now().Add(secretOverlap),
		func(e dispute.WebhookEndpoint) (dispute.OperationAnswer, error) {
			return answered(answer(e).VisitRotateWebhookSecretResponse)
		})
	return answer(e), err
}

// PingWebhookEndpoint sends one a test message.
func (s *Server) PingWebhookEndpoint(ctx context.Context, r PingWebhookEndpointRequestObject) (PingWebhookEndpointResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(map[string]string{"endpoint_id": r.EndpointId})
	if err != nil {
		return nil, fmt.Errorf("write the ping: %w", err)
	}
	d, err := record.PingWebhookEndpoint(ctx, r.EndpointId, "msg_"+shortHash(exchangeOf(ctx).row.UpdateID), data)
	return PingWebhookEndpoint200JSONResponse{WebhookDeliveryJSONResponse{Body: d}}, err
}

// ListWebhookDeliveries answers messages to endpoints.
func (s *Server) ListWebhookDeliveries(ctx context.Context, r ListWebhookDeliveriesRequestObject) (ListWebhookDeliveriesResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	after, err := sequenceCursor(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	limit := pageSize(r.Params.Limit)
	all, err := record.WebhookDeliveries(ctx, dispute.WebhookState(value(r.Params.State)), value(r.Params.Endpoint), after, limit)
	if err != nil {
		return nil, err
	}
	page := WebhookDeliveryPage{Items: []WebhookDelivery{}}
	page.Items = append(page.Items, all...)
	if len(all) == limit {
		page.NextCursor = itoa(all[len(all)-1].Seq)
	}
	return ListWebhookDeliveries200JSONResponse(page), nil
}

// ReplayWebhookDelivery sends a dead message again.
func (s *Server) ReplayWebhookDelivery(ctx context.Context, r ReplayWebhookDeliveryRequestObject) (ReplayWebhookDeliveryResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	d, err := record.ReplayWebhookDelivery(ctx, r.DeliveryId)
	return ReplayWebhookDelivery200JSONResponse{WebhookDeliveryJSONResponse{Body: d}}, err
}

// secretOf is the secret that was given, or a new one.
func secretOf(given *string) (string, error) {
	if given == nil {
		return webhook.NewSecret()
	}
	if err := webhook.CheckSecret(*given); err != nil {
		return "", dispute.Invalid("the secret cannot sign", dispute.Field{Pointer: "/secret", Detail: "whsec_ and base64 of at least 24 bytes"})
	}
	return *given, nil
}

// checkEndpoint refuses what can be seen to be wrong. One that is switched off may be
// anywhere; the sender looks again at the address that a name has when it connects.
func (s *Server) checkEndpoint(ctx context.Context, target string, types []string, enabled bool) error {
	refused := func(pointer, detail string) error {
		return dispute.Invalid("the endpoint is not right", dispute.Field{Pointer: pointer, Detail: detail})
	}
	known := dispute.WebhookTypes()
	for i, one := range types {
		if !slices.Contains(known, one) {
			return refused(fmt.Sprintf("/types/%d", i), "one of "+strings.Join(known, ", "))
		}
	}
	if enabled {
		if wrong := s.reach.Wrong(ctx, target); wrong != "" {
			return refused("/url", wrong)
		}
	}
	return nil
}
