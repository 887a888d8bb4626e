package io.sagelocal.objects;

class FakeObjectStoreTest implements ObjectStoreContract {
  private final FakeObjectStore store = new FakeObjectStore();

  @Override
  public ObjectStore store() {
    return store;
  }
}
