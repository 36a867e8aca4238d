package ray;

/**
 * The identity of an actor: that of the object its creation makes.
 *
 * @param creation the id of that object
 */
public record ActorId(ObjectId creation) {
  @Override
  public String toString() {
    return creation.toString();
  }
}
