package ray.spi;

import ray.RayOptions;

/** Starts backends; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** Whether this provider serves an address; the empty one means this JVM. */
  boolean serves(String address);

  /** Starts or joins, and returns when tasks can be submitted. */
  Backend start(RayOptions options);
}
