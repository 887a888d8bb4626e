package io.sagelocal.engine;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs containers. Knows images, folders, networks and exit codes; nothing of jobs or endpoints.
 *
 * <p>Every call may throw {@link EngineUnavailableException} when the engine cannot be reached, and
 * {@link EngineException} when it refuses. Names are chosen by the caller and find everything again
 * after a restart. Calls work on an interrupted thread too, so that it can tidy up; only those that
 * wait, {@code await}, {@code readLog}, {@code stop} and {@code pull}, are ended by an interrupt.
 */
public interface ContainerEngine {

  /**
   * Asks the engine whether it is there.
   *
   * @return how containers reach servers on this machine
   * @throws EngineUnavailableException naming what was tried and what to do
   */
  HostAccess connect();

  /** The machine that containers run on. */
  MachineSize machine();

  /**
   * The GPUs that containers can be given, by the names that {@link Limits#gpus} takes; empty where
   * there are none, or the engine cannot give them. The first call may take seconds, later ones
   * remember.
   */
  List<String> gpus();

  /**
   * Tells whether a {@link Folder} with others beneath costs nothing, however large those are; else
   * they are copied when the container is started.
   */
  boolean layers();

  /** Tells whether the image can be started without a pull. */
  boolean hasImage(String image);

  /**
   * Fetches an image from its registry; an image that is here already is fetched again.
   *
   * @throws ImageNotFoundException when no registry has it or none answers, with the reason
   */
  void pull(String image);

  /**
   * Makes a container and starts it. A container of that name which is ours already is kept as it
   * is, an ended one too, which does not run a second time: so a restarted emulator may ask again.
   *
   * @return the running (or meanwhile ended) container; on any exception nothing is left behind
   * @throws ImageNotFoundException when the image is not here
   */
  ContainerId start(ContainerSpec spec);

  /**
   * Starts containers that need each other: none runs before all have been made. Each is kept, as
   * by {@link #start}, where it is there already.
   *
   * @return the containers, in the order of their specs; on any exception none of them is left
   */
  List<ContainerId> startTogether(List<ContainerSpec> specs);

  /**
   * Finds a container by its name, running or ended. What a crash left of a start that had not come
   * so far is removed and not found.
   */
  Optional<ContainerId> find(String name);

  /**
   * Waits until the container ends. What it left in its writable folders can be read from the local
   * folders of its spec when this returns.
   *
   * @throws EngineException when the container is gone and its exit is unknown
   */
  Exit await(ContainerId id) throws InterruptedException;

  /** Sends SIGTERM and, after the grace, SIGKILL. An ended or gone container is fine. */
  void stop(ContainerId id, Duration grace);

  /** Kills and removes a container with its anonymous volumes. A gone one is fine. */
  void remove(ContainerId id);

  /**
   * Reads what the container wrote, from its very first line, following it until it ends. The same
   * lines come in the same order each time; a line longer than the sink allows arrives in pieces.
   * The sink is left alone once this returns or throws. Returns early, without an error, when the
   * container is removed meanwhile.
   */
  void readLog(ContainerId id, LogSink sink) throws InterruptedException;

  /**
   * Where this machine reaches a port which the spec declared.
   *
   * @throws UnreachableException when nothing can lead there
   * @throws EngineException when it does not run
   */
  InetSocketAddress address(ContainerId id, int port);

  /** Names of containers, running or ended, that carry the label, each with the label's value. */
  Map<String, String> containersLabelled(String label);

  /**
   * Makes a network; one that is there is kept.
   *
   * @param isolated whether its containers reach each other and nothing else, this machine included
   */
  void createNetwork(String name, boolean isolated, Map<String, String> labels);

  /** Removes a network and what guards it; a gone one is fine. */
  void removeNetwork(String name);

  /** Names of networks that carry the label, each with the label's value. */
  Map<String, String> networksLabelled(String label);

  /**
   * Names of what containers keep outside of their local folders and which carries their label,
   * each with the label's value. It goes with its container; only what a crash of the engine cut
   * off is ever left.
   */
  Map<String, String> volumesLabelled(String label);

  /** Removes such a thing; a gone one, or one that a container still has, is fine. */
  void removeVolume(String name);

  /**
   * Deletes a local folder that containers wrote to, with whatever they left under other owners. A
   * folder that is not there is fine.
   *
   * @throws EngineException naming the first path that cannot be deleted
   */
  void deleteFolder(Path folder);
}
