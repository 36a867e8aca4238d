package ray.wire;

import java.util.HashMap;
import java.util.Map;
import ray.core.LongMap;
import ray.core.Message;

/** Carries messages between the parts of one JVM, by calling them. Thread-safe. */
public final class LocalTransport implements Transport {
  private final Map<Long, Endpoint> registered = new HashMap<>();

  /** A copy for readers, which is never changed. */
  private volatile LongMap<Endpoint> endpoints = new LongMap<>();

  /** Makes a process reachable. */
  public synchronized void register(long process, Endpoint endpoint) {
    registered.put(process, endpoint);
    publish();
  }

  /** Forgets a process. */
  public synchronized void unregister(long process) {
    registered.remove(process);
    publish();
  }

  private void publish() {
    LongMap<Endpoint> copy = new LongMap<>();
    registered.forEach(copy::put);
    endpoints = copy;
  }

  @Override
  public void send(long process, Message message) {
    Endpoint endpoint = endpoints.get(process);
    if (endpoint != null) {
      endpoint.deliver(message);
    }
  }
}
