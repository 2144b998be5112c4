using Microsoft.Extensions.Logging.Abstractions;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

[assembly: AssemblyFixture(typeof(SharedSluice))]

namespace Sluice.EndToEnd.Hosting;

/// <summary>
/// One installation for all tests that do not disturb each other: each makes a plan, a client and a key of its own. Its
/// pool runs here, so that tests see what reached it. The pool is quick and wants a key.
/// </summary>
public sealed class SharedSluice : IAsyncLifetime
{
    public const string PoolKey = "key-of-the-pool-that-no-client-has";

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public SimulatedPoolServer Pool => _pool!;

    public SluiceProcess Sluice => _sluice!;

    public AdminClient Admins => Sluice.Admins;

    public async ValueTask InitializeAsync()
    {
        _pool = await PoolAsync(new SimulatedPoolOptions
        {
            ApiKey = PoolKey,
            PrefillTokensPerSecond = 0,
            DecodeTokensPerSecond = 0,
            AnswerTokensMin = 8,
            AnswerTokensMax = 16,
            RecordedRequests = 5_000,
        });
        _sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = _folder.In("data"),
            Pool = _pool.Address,
            PoolKeyFile = _folder.Write("pool-key", PoolKey),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_sluice is not null)
        {
            await _sluice.DisposeAsync();
        }

        if (_pool is not null)
        {
            await _pool.DisposeAsync();
        }

        _folder.Dispose();
    }

    public static Task<SimulatedPoolServer> PoolAsync(SimulatedPoolOptions options) => SimulatedPoolServer.StartAsync(
        options, TimeProvider.System, NullLoggerFactory.Instance, Patience.Token);
}
