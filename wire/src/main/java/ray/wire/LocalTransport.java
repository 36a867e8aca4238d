package ray.wire;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import ray.core.Message;

/** Carries messages between the parts of one JVM, by calling them. Thread-safe. */
public final class LocalTransport implements Transport {
  private final Map<Long, Endpoint> endpoints = new ConcurrentHashMap<>();

  /** Makes a process reachable. */
  public void register(long process, Endpoint endpoint) {
    endpoints.put(process, endpoint);
  }

  /** Forgets a process. */
  public void unregister(long process) {
    endpoints.remove(process);
  }

  @Override
  public void send(long process, Message message) {
    Endpoint endpoint = endpoints.get(process);
    if (endpoint != null) {
      endpoint.deliver(message);
    }
  }
}
