package ray.processes;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import ray.RayStateException;
import ray.wire.socket.Greeting;
import ray.wire.socket.Road;

/**
 * Finds a session by the address of its node, and how its processes can be reached from here: by
 * their sockets and through shared memory, or else by the node's port alone.
 */
final class SessionClient {
  private static final int TIMEOUT_MS = 5_000;

  private SessionClient() {}

  /** What was found. */
  record Reached(Payload.Session session, Road road) {}

  /** Asks the node at an address where the processes of its machine meet. */
  static Reached find(String address, byte[] token) {
    InetSocketAddress where = parse(address);
    try (Socket socket = new Socket()) {
      socket.connect(where, TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      ByteBuffer hello = Greeting.forSession(token);
      socket.getOutputStream().write(hello.array(), 0, hello.limit());
      byte[] answer = socket.getInputStream().readAllBytes();
      Payload.Session session = Payload.Session.read(Greeting.answer(answer));
      boolean here =
          !address.startsWith(ConnectedProvider.TCP_SCHEME)
              && isThisHost(socket.getInetAddress())
              && isThisMachine(session);
      return new Reached(
          session,
          here ? new Road.Sockets(session.sockets()) : new Road.Port(where, session.node()));
    } catch (ConnectException e) {
      throw new RayStateException(
          "no node of Ray answers at "
              + address
              + ": start one there with `ray start --head`, or leave the address out to run in"
              + " this JVM");
    } catch (SocketTimeoutException e) {
      throw new RayStateException(
          "the node at "
              + address
              + " has not answered for "
              + TIMEOUT_MS / 1_000
              + " s: look at its log with `ray logs`, or "
              + NodeClient.endIt(address));
    } catch (EOFException e) {
      throw new RayStateException(address + " does not speak the protocol of Ray for Java");
    } catch (IOException e) {
      throw new RayStateException("can't join the node at " + address + ": " + e.getMessage());
    }
  }

  /**
   * Whether an address is one of this host's. A network namespace is a host of its own here, though
   * it may see the files of the machine.
   */
  private static boolean isThisHost(InetAddress address) {
    try {
      return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return false;
    }
  }

  /** Whether the node's sockets and memory are there for this process: seen, not concluded. */
  private static boolean isThisMachine(Payload.Session session) {
    if (session.machine().isEmpty() || !session.machine().equals(Machine.identity())) {
      return false;
    }
    Road.Sockets sockets = new Road.Sockets(session.sockets());
    try (SocketChannel node = sockets.dial(session.node())) {
      return node.isConnected()
          && Files.isReadable(Path.of("/proc", Long.toString(session.pid()), "fd"));
    } catch (IOException | RuntimeException notFromHere) {
      return false;
    }
  }

  private static InetSocketAddress parse(String address) {
    String hostAndPort = address.substring(address.indexOf("://") + 3);
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
