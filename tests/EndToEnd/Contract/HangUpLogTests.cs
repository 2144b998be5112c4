using Sluice.EndToEnd.Hosting;

namespace Sluice.EndToEnd.Contract;

/// <summary>
/// What an operator reads when clients hang up: nothing. It is theirs to do, and a log full of it hides what is wrong.
/// </summary>
public sealed class HangUpLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_client_that_hangs_up_is_not_logged_as_a_failure()
    {
        await using var sluice = await SluiceProcess.StartAsync(new SluiceSettings { Data = _folder.In("data") });
        var client = sluice.With(sluice.ApiKey);
        var listed = await sluice.Admins.GetAsync("clients?tenant=demo");
        var clientId = (string)listed.Json["items"]![0]!["id"]!;

        using (var stream = await client.StreamAsync(simulate: "hang-after=2"))
        {
            await stream.NextAsync();
        }

        using (var hangUp = new CancellationTokenSource())
        {
            var request = client.Request(HttpMethod.Post, EdgeClient.Chat, EdgeClient.ChatBody(), "hang");
            var answer = sluice.Http.SendAsync(request, hangUp.Token);
            await Patience.UntilAsync(() => sluice.Admins.StateAsync(clientId), state => state.Slots.Count == 1);
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        }

        await sluice.Admins.AllSlotsFreeAsync(clientId);

        // Lines are written in the order of what happened, so this one comes after all that is looked for.
        var marker = (await client.ChatAsync(simulate: "status=500")).IsError(502, "pool_error");
        var line = $"Request {marker.Headers["x-request-id"]}: pool simulated answered 500";
        await sluice.Program.Output.WhenAsync(line).WaitAsync(Patience.Token);
        var failures = sluice.Program.Output.Out.Split('\n').Where(text =>
            text.Contains(" warn ", StringComparison.Ordinal) || text.Contains(" error ", StringComparison.Ordinal));
        Assert.Contains(line, Assert.Single(failures.ToList()), StringComparison.Ordinal);
    }
}
