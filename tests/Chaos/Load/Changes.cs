using Sluice.Chaos.Processes;

namespace Sluice.Chaos.Load;

/// <summary>
/// Issues keys one after the other, and remembers which were acknowledged: none of these may be lost.
/// </summary>
internal sealed class Changes : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private static int _runs;

    private readonly int _run = Interlocked.Increment(ref _runs);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Admin _admin;
    private readonly List<string> _clients = [];
    private readonly Task _issuing;

    private Changes(Admin admin)
    {
        _admin = admin;
        _issuing = Task.Run(IssueAsync);
    }

    internal int Acknowledged => _clients.Count;

    internal int Unknown { get; private set; }

    internal static Changes Begin(Admin admin) => new(admin);

    /// <summary>Ends it, and looks whether everything that was acknowledged is there.</summary>
    internal async Task VerifyAsync()
    {
        await _stopping.CancelAsync();
        await _issuing;
        foreach (var client in _clients)
        {
            Assert.Equal(client, (string)(await _admin.GetAsync($"clients/{client}"))["id"]!);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _issuing;
        _stopping.Dispose();
    }

    private async Task IssueAsync()
    {
        for (var i = 0; !_stopping.IsCancellationRequested; i++)
        {
            var name = $"change-{_run}-{i}";
            var made = await _admin.TryPostAsync("clients", new { tenant = "chaos", name, plan = "administration" });
            if (made is not null)
            {
                _clients.Add((string)made["id"]!);
            }
            else
            {
                Unknown++;
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
