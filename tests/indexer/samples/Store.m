#import "Store.h"

@protocol Box
- (int)size;
@end

@interface Store : NSObject <Box>
- (instancetype)initWithRows:(NSArray *)rows limit:(int)limit;
@end

@implementation Store
- (instancetype)initWithRows:(NSArray *)rows limit:(int)limit { return self; }
+ (Store *)shared { return nil; }
@end

static int helper(int x) { return x; }
