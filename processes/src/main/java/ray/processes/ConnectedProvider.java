package ray.processes;

import ray.RayOptions;
import ray.spi.Backend;
import ray.spi.BackendProvider;

/** Connects programs to a node: {@code ray://host:port}. */
public final class ConnectedProvider implements BackendProvider {
  static final String SCHEME = "ray://";

  /** For the service loader. */
  public ConnectedProvider() {}

  @Override
  public boolean serves(String address) {
    return address.startsWith(SCHEME);
  }

  @Override
  public Backend start(RayOptions options) {
    return DriverRay.connect(options);
  }
}
