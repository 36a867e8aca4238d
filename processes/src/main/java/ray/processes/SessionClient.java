package ray.processes;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import ray.RayStateException;
import ray.wire.socket.Greeting;

/** Finds a session by the address of its node. */
final class SessionClient {
  private static final int TIMEOUT_MS = 5_000;

  private SessionClient() {}

  /** Asks the node at an address where the processes of its machine meet. */
  static Payload.Session find(String address, byte[] token) {
    InetSocketAddress where = parse(address);
    try (Socket socket = new Socket()) {
      socket.connect(where, TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      ByteBuffer hello = Greeting.forSession(token);
      socket.getOutputStream().write(hello.array(), 0, hello.limit());
      byte[] answer = socket.getInputStream().readAllBytes();
      return Payload.Session.read(Greeting.answer(answer));
    } catch (ConnectException e) {
      throw new RayStateException(
          "no node of Ray answers at "
              + address
              + ": start one there with `ray start --head`, or leave the address out to run in"
              + " this JVM");
    } catch (EOFException e) {
      throw new RayStateException(address + " does not speak the protocol of Ray for Java");
    } catch (IOException e) {
      throw new RayStateException("can't join the node at " + address + ": " + e.getMessage());
    }
  }

  private static InetSocketAddress parse(String address) {
    String hostAndPort = address.substring(ConnectedProvider.SCHEME.length());
    int colon = hostAndPort.lastIndexOf(':');
    try {
      int port = Integer.parseInt(hostAndPort.substring(colon + 1));
      if (colon > 0 && port > 0 && port < 65_536) {
        return new InetSocketAddress(hostAndPort.substring(0, colon), port);
      }
    } catch (NumberFormatException e) {
      throw malformed(address);
    }
    throw malformed(address);
  }

  private static RayStateException malformed(String address) {
    return new RayStateException(
        "'" + address + "' is not an address: it is ray://HOST:PORT, as `ray start` prints it");
  }
}
