// A global that needs a constructor to run.
int start();

int counter = start();
