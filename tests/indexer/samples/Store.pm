package Demo::Store;
use strict;

sub new {
    my ($class) = @_;
    return bless {}, $class;
}

sub size { return 0 }

package Demo::Other;

sub run { my @rows = (1); return scalar @rows }

1;
