package ray.processes;

import ray.RayOptions;
import ray.spi.Backend;
import ray.spi.BackendProvider;

/**
 * Connects programs to a node: {@code ray://host:port}, or {@code ray+tcp://host:port} for those
 * that are to use nothing of it but its port.
 */
public final class ConnectedProvider implements BackendProvider {
  static final String SCHEME = "ray://";
  static final String TCP_SCHEME = "ray+tcp://";

  /** For the service loader. */
  public ConnectedProvider() {}

  @Override
  public boolean serves(String address) {
    return address.startsWith(SCHEME) || address.startsWith(TCP_SCHEME);
  }

  @Override
  public Backend start(RayOptions options) {
    return DriverRay.connect(options);
  }
}
