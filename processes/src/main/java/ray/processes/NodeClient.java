package ray.processes;

import java.io.IOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import ray.ActorInfo;
import ray.NodeInfo;
import ray.runtime.RuntimeBackend;
import ray.wire.codec.OpaqueCodec;
import ray.wire.socket.SocketTransport;

/** Looks into a node without taking part: for commands. */
public final class NodeClient implements AutoCloseable {
  private final Payload.Session session;
  private final SocketTransport transport;

  private NodeClient(Payload.Session session, SocketTransport transport) {
    this.session = session;
    this.transport = transport;
  }

  /**
   * Connects.
   *
   * @throws ray.RayStateException if no node answers there, saying what to do
   */
  public static NodeClient connect(String address) throws IOException {
    byte[] token = Tokens.load(null);
    Payload.Session session = SessionClient.find(address, token);
    if (!Files.isDirectory(session.sockets())) {
      throw new IOException("the node at " + address + " is on another machine");
    }
    SocketTransport transport =
        new SocketTransport(
            new SocketTransport.Config(
                RuntimeBackend.newId(new SecureRandom()),
                session.sockets(),
                token,
                OpaqueCodec.PASSING_ON,
                (process, reason) -> {},
                (asker, kind, payload) -> {
                  throw new IOException("a command answers no questions");
                }),
            "ray-reader");
    transport.start();
    return new NodeClient(session, transport);
  }

  private byte[] ask(int question) throws IOException {
    try {
      return transport.await(transport.ask(session.node(), question, new byte[0]));
    } catch (java.util.concurrent.CompletionException e) {
      throw e.getCause() instanceof IOException told ? told : new IOException(e.getCause());
    }
  }

  /** The nodes. */
  public List<NodeInfo> nodes() throws IOException {
    return Payload.nodes(ask(Question.NODES), Payload.Load.read(ask(Question.LOAD)));
  }

  /** The actors. */
  public List<ActorInfo> actors() throws IOException {
    List<ActorInfo> infos = new ArrayList<>();
    for (Payload.ListedActor actor : Payload.Actors.read(ask(Question.ACTORS)).actors()) {
      infos.add(actor.info());
    }
    return infos;
  }

  /** How busy the node is. */
  public Status status() throws IOException {
    Payload.Load load = Payload.Load.read(ask(Question.LOAD));
    return new Status(
        session.pid(),
        load.drivers(),
        load.workers(),
        load.leases(),
        load.blocked(),
        load.storeBytes(),
        load.usedBytes());
  }

  /**
   * How busy a node is.
   *
   * @param pid its process
   * @param drivers how many programs are connected
   * @param workers how many worker processes it has
   * @param leases how many runs and actors hold resources, or wait to go on
   * @param blocked how many of them wait, and hold nothing
   * @param storeBytes the size of its object store
   * @param usedBytes how much of that is in use
   */
  public record Status(
      long pid,
      long drivers,
      long workers,
      long leases,
      long blocked,
      long storeBytes,
      long usedBytes) {}

  @Override
  public void close() {
    transport.close();
  }
}
