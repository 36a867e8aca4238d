package ray.simulator.planted;

/** A bug could not be planted; the message says which and why. */
public final class PlantingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PlantingException(String message) {
    super(message);
  }
}
