/* Selectors of the guests' descriptor table. */
#define CODE32 0x08
#define DATA 0x10
#define CODE64 0x18
#define USER_DATA 0x23
#define USER_CODE 0x2b
#define TASK 0x30
#define DESCRIPTORS 8

/* INT by which user code gives control back. */
#define DONE_VECTOR 0x80
