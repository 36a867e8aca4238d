package ray.wire.socket;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import ray.core.Message;
import ray.wire.codec.MessageDecoder;
import ray.wire.codec.Request;
import ray.wire.codec.Response;

/** What another process says to this one. Used by one thread at a time, the one that reads. */
final class IncomingLink implements Poller.Channel, MessageDecoder.Sink {
  private static final int INITIAL_BYTES = 64 * 1024;

  /** No frame is longer. */
  static final int MAX_FRAME_BYTES = 512 << 20;

  /**
   * Instead of a length: there is no more here, the rest comes on another connection, which has
   * been greeted already.
   */
  static final int GOES_ON = -1;

  /**
   * How long nothing may come on a guest's own connection after its death is known: what it said
   * before may still be on its way.
   */
  private static final long LINGER_NS = 2_000_000_000L;

  /** How long that may go on. */
  private static final long MAX_LINGER_NS = 30_000_000_000L;

  /** How long a peer may take to say who it is. */
  private static final long HANDSHAKE_NS = 5_000_000_000L;

  private final SocketChannel channel;
  private final Poller poller;
  private final SocketTransport transport;

  /** It knows what was said before: another link takes it over with what comes. */
  private MessageDecoder decoder;

  /** Who lets it in. */
  private final Doorkeeper door;

  private long acceptedNs = System.nanoTime();
  private byte[] bytes = new byte[Handshake.MAX_BYTES];
  private int filled;
  private volatile boolean greeted;
  private long peer;
  private volatile boolean closed;

  /**
   * Set while this process has made the connection itself, for another one that may come late: to
   * be told when it has.
   */
  private @Nullable Runnable taken;

  /** On which other one goes on what comes here. */
  private @Nullable IncomingLink next;

  /** What comes here goes on from another one, on which the end has not come yet. */
  private @Nullable IncomingLink before;

  /** Since when its peer is known to be dead. */
  private long goneNs;

  /** When something came after that. */
  private long lastWordNs;

  /** What it is for. */
  private byte purpose;

  /** Whether it carries one question, and no messages. */
  private boolean asking;

  /** Whether that question has come; then who answers it closes the connection. */
  private boolean asked;

  IncomingLink(SocketChannel channel, Poller poller, SocketTransport transport, Doorkeeper door) {
    this.channel = channel;
    this.poller = poller;
    this.transport = transport;
    this.decoder = new MessageDecoder(transport.config().opaque());
    this.door = door;
  }

  /** One that waits for somebody who wants to connect to this process. */
  static IncomingLink waiting(
      SocketChannel channel,
      Poller poller,
      SocketTransport transport,
      Doorkeeper door,
      Runnable taken) {
    IncomingLink link = new IncomingLink(channel, poller, transport, door);
    link.taken = taken;
    return link;
  }

  @Override
  public boolean isBusy() {
    return greeted && before == null;
  }

  /** Whether it has said who it is, or will never do so. */
  boolean isKnown() {
    return greeted || closed;
  }

  @Override
  public boolean read() {
    if (closed || before != null && filled > 0) {
      return false;
    }
    try {
      int count = channel.read(ByteBuffer.wrap(bytes, filled, bytes.length - filled));
      if (count < 0) {
        end("its connection ended");
        return true;
      }
      if (count == 0) {
        return false;
      }
      taken();
      filled += count;
      if (goneNs != 0) {
        lastWordNs = System.nanoTime();
      }
      if (greeted || greet()) {
        handle();
      }
    } catch (Handshake.RefusedException e) {
      refuse(e.reason());
    } catch (IOException e) {
      end("its connection broke: " + e);
    }
    return true;
  }

  private void handle() throws IOException {
    if (asking) {
      handleQuestion();
    } else if (before == null) {
      handleFrames();
    } else if (filled > 0) {
      poller.wantsToRead(channel, false);
    }
  }

  private boolean greet() throws IOException {
    Handshake.Hello hello = Handshake.read(bytes, filled, door.key());
    if (hello == null) {
      return false;
    }
    greeted = true;
    peer = hello.process();
    purpose = hello.purpose();
    if (purpose < 0 || purpose > Handshake.LAST_PURPOSE) {
      asking = true;
      throw new Handshake.RefusedException("a connection for nothing that is known here");
    }
    // Until it is seen that it carries messages, its end is nobody's.
    asking = true;
    if (hello.target() != 0 && hello.target() != transport.self()
        || purpose == Handshake.PRESENCE
        || purpose == Handshake.WAITING) {
      passOn(hello);
      return false;
    }
    door.admit(hello);
    if (purpose == Handshake.SESSION) {
      transport.writeSession(channel);
      close();
      return false;
    }
    if (purpose == Handshake.MESSAGES) {
      transport.accept(peer, this);
      asking = false;
      channel.write(door.welcome());
    }
    poller.busyChanged();
    byte[] larger = new byte[INITIAL_BYTES];
    filled -= hello.length();
    System.arraycopy(bytes, hello.length(), larger, 0, filled);
    bytes = larger;
    return true;
  }

  private void passOn(Handshake.Hello hello) throws IOException {
    if (transport.isGone(peer)) {
      throw new Handshake.RefusedException("this process was given up and is to end");
    }
    door.received(
        hello, channel, this, ByteBuffer.wrap(bytes, hello.length(), filled - hello.length()));
    closed = true; // as far as this is concerned
    bytes = Arrays.copyOf(bytes, 0);
  }

  private void taken() {
    Runnable first = taken;
    if (first != null) {
      taken = null;
      acceptedNs = System.nanoTime();
      first.run();
    }
  }

  private void handleQuestion() throws IOException {
    if (asked) {
      return; // it was to say no more
    }
    if (filled >= SideQuestion.HEADER_BYTES) {
      ByteBuffer in = ByteBuffer.wrap(bytes, 0, filled).order(ByteOrder.LITTLE_ENDIAN);
      int length = in.getInt();
      if (length < 0 || length > SideQuestion.MAX_BYTES) {
        throw new Handshake.RefusedException("a question of " + length + " bytes");
      }
      int kind = in.getInt();
      if (in.remaining() >= length) {
        byte[] payload = new byte[length];
        in.get(payload);
        asked = true;
        if (purpose == Handshake.DOOR) {
          transport.aside().invite(peer, payload, channel);
        } else if (purpose == Handshake.BULK) {
          closed = true; // as far as this is concerned
          poller.letGo(channel, this);
          transport.aside().transfer(peer, kind, payload, channel);
        } else {
          transport.aside().answer(peer, kind, payload, channel);
        }
      }
    }
  }

  boolean isDirect() {
    return door.isDirect();
  }

  /**
   * What comes here goes on from another connection of the same peer: nothing is read until the
   * peer has said there that it does.
   *
   * @throws Handshake.RefusedException if something else does already
   */
  void goOnFrom(IncomingLink other) throws Handshake.RefusedException {
    if (other.next != null) {
      throw new Handshake.RefusedException("something else goes on from there");
    }
    other.next = this;
    before = other;
  }

  private void goOn(MessageDecoder known) {
    before = null;
    decoder = known;
    poller.busyChanged();
    poller.wantsToRead(channel, true);
    try {
      handleFrames(); // of which some may have come with the greeting
    } catch (IOException e) {
      end("its connection broke: " + e);
    }
  }

  private void handleFrames() throws IOException {
    int at = 0;
    while (filled - at >= Integer.BYTES) {
      int length =
          ByteBuffer.wrap(bytes, at, Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).getInt();
      IncomingLink goesOn = next;
      if (length == GOES_ON && goesOn != null) {
        next = null;
        close();
        transport.ended(peer, this, "it goes on elsewhere");
        goesOn.goOn(decoder);
        return;
      }
      if (length < 0 || length > MAX_FRAME_BYTES) {
        throw new IOException("a frame of " + length + " bytes");
      }
      if (filled - at - Integer.BYTES < length) {
        makeRoom(at, Integer.BYTES + length);
        return;
      }
      at += Integer.BYTES;
      decoder.read(bytes, at, length, this);
      at += length;
    }
    makeRoom(at, INITIAL_BYTES);
  }

  /** Moves what was not read to the front of an array that is as large as the next frame. */
  private void makeRoom(int from, int size) {
    int wanted = Math.max(INITIAL_BYTES, size);
    byte[] target = bytes.length >= wanted && bytes.length <= 4 * wanted ? bytes : new byte[wanted];
    filled -= from;
    System.arraycopy(bytes, from, target, 0, filled);
    bytes = target;
  }

  @Override
  public void message(long to, long from, Message message) {
    transport.received(peer, to, message);
  }

  @Override
  public void request(Request request) {
    transport.asked(peer, request);
  }

  @Override
  public void response(Response response) {
    transport.answered(response);
  }

  @Override
  public void tick(long nowNs) {
    if (!(greeted && asking == asked)
        && !closed
        && taken == null
        && nowNs - acceptedNs > HANDSHAKE_NS) {
      refuse("it did not say who it is in time");
    }
    if (greeted && !closed && door.isDirect() && transport.isGone(peer)) {
      // One that came by way of the node is ended by that.
      if (goneNs == 0) {
        goneNs = nowNs;
        lastWordNs = nowNs;
      }
      if (nowNs - lastWordNs > LINGER_NS || nowNs - goneNs > MAX_LINGER_NS) {
        end("it is dead");
      }
    }
  }

  private void refuse(String reason) {
    try {
      channel.write(Handshake.refusal(reason));
    } catch (IOException e) {
      SocketTransport.LOG.debug("refusing a connection", e);
    }
    close();
    ended(reason);
  }

  /** There will be nothing more to read. */
  void end(String reason) {
    taken();
    close();
    ended(reason);
  }

  private void ended(String reason) {
    if (before != null) {
      before.next = null;
      before = null;
    }
    if (next != null) {
      // What has come there has a gap before it.
      next.before = null;
      next.end(reason);
      next = null;
    }
    if (greeted && !asking) {
      transport.ended(peer, this, reason);
    }
  }

  void close() {
    if (!closed) {
      closed = true;
      bytes = Arrays.copyOf(bytes, 0);
      poller.remove(this);
      try {
        channel.close();
      } catch (IOException e) {
        SocketTransport.LOG.debug("closing a connection", e);
      }
    }
  }
}
