package ray.embedded;

import ray.RayOptions;
import ray.spi.Backend;
import ray.spi.BackendProvider;

/** Starts Ray inside the calling JVM. */
public final class EmbeddedProvider implements BackendProvider {
  /** For the service loader. */
  public EmbeddedProvider() {}

  @Override
  public boolean serves(String address) {
    return address.isEmpty() || address.equals("local");
  }

  @Override
  public Backend start(RayOptions options) {
    return EmbeddedRay.start(options);
  }
}
