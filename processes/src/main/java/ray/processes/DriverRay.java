package ray.processes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import ray.ActorOptions;
import ray.ActorRef;
import ray.RayOptions;
import ray.RayStateException;
import ray.runtime.serialization.FunctionInfo;
import ray.runtime.serialization.Functions;
import ray.runtime.serialization.ValueSerializers;
import ray.spi.ActorCreation;
import ray.spi.Backends;

/**
 * A program that is connected to a node: it owns what it creates, and its workers ask it for code.
 */
final class DriverRay extends ProcessRay {
  private static final AtomicLong INSTANCES = new AtomicLong();

  private final OfferedCode code;
  private final Payload.Settings settings;
  private final Console console;
  private final AtomicBoolean closed = new AtomicBoolean();

  private DriverRay(
      RayOptions options,
      Identity identity,
      Transports transports,
      ValueSerializers serializers,
      ClassLoader code,
      Payload.Settings settings,
      String name) {
    super(options, identity, transports, serializers, false, name);
    this.code = new OfferedCode(code);
    this.console = new Console(name);
    this.settings = settings;
  }

  static DriverRay connect(RayOptions options) {
    if (options.serialMode()) {
      throw new RayStateException(
          "serial mode runs in the caller's thread: leave the address "
              + options.address()
              + " out, or serial()");
    }
    byte[] token;
    try {
      token = Tokens.load(null);
    } catch (IOException e) {
      throw new RayStateException("can't read the token: " + e.getMessage());
    }
    SessionClient.Reached node = SessionClient.find(options.address(), token);
    SecureRandom random = new SecureRandom();
    Identity identity = new Identity(node.session(), newId(random), token, node.road());
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    ClassLoader code = context == null ? ClassLoader.getSystemClassLoader() : context;
    Payload.Settings settings = JobSettings.of(options, code);
    ValueSerializers serializers = serializers(code, options);
    String name = "driver-" + INSTANCES.incrementAndGet();
    Transports transports = new Transports(identity, serializers, "ray-reader-" + name);
    DriverRay ray = new DriverRay(options, identity, transports, serializers, code, settings, name);
    transports.onPrinted(ray::print);
    transports.sockets().register(identity.self(), ray.owner());
    try {
      transports.sockets().start();
    } catch (UncheckedIOException e) {
      ray.shut();
      throw new RayStateException(
          "can't join the node at " + options.address() + ": " + e.getMessage());
    }
    ray.join(Question.JOIN_AS_DRIVER, newId(random), ray::answer, ray::headGone);
    return ray;
  }

  private void print(byte[] output) {
    try {
      console.print(Payload.Output.read(output));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] answer(long asker, int kind, byte[] payload) throws IOException {
    return switch (kind) {
      case Question.FIND_RESOURCE -> code.find(Payload.FindResource.read(payload).name()).bytes();
      case Question.FIND_RESOURCES ->
          code.findAll(Payload.FindResource.read(payload).name()).bytes();
      case Question.CODE_OFFER -> code.offer().bytes();
      case Question.CODE_OFFER_ANEW -> code.offerAnew().bytes();
      case Question.CODE_PART -> code.part(CodeOffer.Part.read(payload));
      case Question.CODE_REST -> code.rest();
      case Question.SETTINGS -> settings.bytes();
      default -> report(kind, payload);
    };
  }

  @Override
  public <T> ActorRef<T> createActor(ActorCreation<T> creation, @Nullable Object[] arguments) {
    if (creation.options().lifetime() == ActorOptions.Lifetime.DETACHED) {
      FunctionInfo constructor = Functions.inspect(creation.constructor());
      code.stays(constructor.ownerClassName());
      code.stays(constructor.type().returnType().getName());
      for (Object each : arguments) {
        if (each != null) {
          code.stays(each.getClass().getName());
        }
      }
    }
    return super.createActor(creation, arguments);
  }

  /** Its code, as it gives it to others. */
  OfferedCode code() {
    return code;
  }

  private void headGone(String reason) {
    if (!closed.get()) {
      if (!isJvmEnding()) {
        System.err.println(
            "Ray: the node is gone, and with it all that this program had there (" + reason + ")");
      }
      owner().shut();
    }
  }

  /** Its node may end with it, or be ended by the same key. */
  private static boolean isJvmEnding() {
    try {
      Runtime.getRuntime().removeShutdownHook(new Thread());
      return false;
    } catch (IllegalStateException ending) {
      return true;
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    Backends.closed(this);
    owner().close();
    if (stopWriting()) {
      try {
        ask(Question.LEAVE, new byte[0]);
      } catch (IOException gone) {
        // Then it has ended the job already.
      }
    }
    submitter().reportUnseen(failures());
    shut();
    code.close();
    console.close();
  }

  @Override
  public String toString() {
    return "Ray at " + options().address() + ", job " + Long.toHexString(job());
  }
}
