// The filter of deliveries, kept in the address.
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { allEventTypes } from '../../api/event-types.ts';
import { type DeliveryFilter, deliveryStatusNames } from '../../api/webhook-deliveries.ts';

const names = ['endpoint_id', 'status', 'event_type'] as const;

/** `endpointId`: the page is about one endpoint, and the address does not choose another. */
export function useDeliveryFilter(endpointId: string | null) {
  const [params, setParams] = useSearchParams();
  const asked = params.toString();
  const filter = useMemo(() => filterOf(new URLSearchParams(asked), endpointId), [asked, endpointId]);
  const change = (name: (typeof names)[number], value: string | null): void =>
    setParams((before) => {
      const after = new URLSearchParams(before);
      if (value === null) after.delete(name);
      else after.set(name, value);
      return after;
    });
  return { filter, change };
}

/** What is not one of the API's values is left out. */
function filterOf(params: URLSearchParams, fixedEndpoint: string | null): DeliveryFilter {
  const endpointId = fixedEndpoint ?? params.get('endpoint_id');
  const status = deliveryStatusNames.find((known) => known === params.get('status'));
  const type = allEventTypes.find((known) => known === params.get('event_type'));
  return {
    ...(endpointId === null ? {} : { endpoint_id: endpointId }),
    ...(status === undefined ? {} : { status }),
    ...(type === undefined ? {} : { event_type: type }),
  };
}
