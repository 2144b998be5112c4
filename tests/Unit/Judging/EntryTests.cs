using Sluice.Testing.Judging;
using Xunit;

namespace Sluice.Unit.Judging;

public sealed class EntryTests
{
    [Fact]
    public void A_log_is_read_as_far_as_it_is_written()
    {
        var calls = PoolEntry.Parse("""
            {"call":1,"arrived":10,"path":"/v1/chat/completions","id":"req_1_1","mark":"a"}
            {"call":2,"arrived":11,"path":"/v1/chat/completions","id":"req_1_2","mark":"b"}
            {"call":1,"ended":12,"outcome":"completed","prompt":4,"output":3}
            {"call":2,"ended":13,"outc
            """);

        Assert.Equal([new PoolEntry("a", 10, 12, "completed", 7), new PoolEntry("b", 11, null)], calls);
    }

    [Fact]
    public void An_end_without_its_arrival_is_no_log() => Assert.Throws<InvalidDataException>(() => PoolEntry.Parse(
        """{"call":1,"ended":12,"outcome":"completed","prompt":4,"output":3}""" + "\n"));

    [Fact]
    public void A_clients_record_is_read()
    {
        var call = ClientEntry.Parse("""
            {"mark":"a","edge":2,"sent":10,"ended":20,"ending":"Answered","status":429,"code":"rate_limit_exceeded",
             "limit":"rate","retryAfterMilliseconds":70,"failure":null,"bytes":120}
            """);

        Assert.Equal(
            new ClientEntry
            {
                Mark = "a", Edge = 2, Sent = 10, Ended = 20, Ending = Ending.Answered, Status = 429,
                Code = "rate_limit_exceeded", Limit = "rate", RetryAfterMilliseconds = 70, Bytes = 120,
            },
            call);
    }
}
