using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;

namespace Sluice.EndToEnd.Refusals;

/// <summary>
/// An installation with little patience and small bodies, before a pool that does what a test tells it and another pool
/// that is down.
/// </summary>
public sealed class TroubledSluice : IAsyncLifetime
{
    public const int BodyBytesMax = 256 * 1024;
    public const string ModelOfThePoolThatIsDown = "nobody-home";

    /// <summary>As on Hugging Face: an organization, and what it published.</summary>
    public const string ModelWithASlash = "deepseek-ai/DeepSeek-OCR";

    /// <summary>A model of which the edge knows how much it answers, and says so to its pool.</summary>
    public const string ModelWithACap = "glm-4-9b";

    public const int OutputTokensMax = 12;

    /// <summary>A model of which the edge knows that too, and says so only where a plan rests on it.</summary>
    public const string ModelWithAnUnstatedCap = "qwen3-32b";

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public SimulatedPoolServer Pool => _pool!;

    public SluiceProcess Sluice => _sluice!;

    public async ValueTask InitializeAsync()
    {
        _pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions
        {
            PrefillTokensPerSecond = 0,
            DecodeTokensPerSecond = 0,
            AnswerTokensMin = 8,
            AnswerTokensMax = 16,
            Models = ["deepseek-chat", "qwen3-32b", ModelWithACap],
        });
        Directory.CreateDirectory(_folder.In("data"));
        await File.WriteAllTextAsync(
            Path.Combine(_folder.In("data"), "sluice.yaml"),
            $"""
            pools:
              - name: live
                address: {_pool.Address.AbsoluteUri.TrimEnd('/')}
                models: [deepseek-chat, qwen3-32b, {ModelWithACap}]
              - name: down
                address: http://127.0.0.1:1
                models: [{ModelOfThePoolThatIsDown}, {ModelWithASlash}]
            """,
            Patience.Token);
        _sluice = await SluiceProcess.StartAsync(new SluiceSettings
        {
            Data = _folder.In("data"),
            Environment = new Dictionary<string, string>
            {
                ["Edge__BodyBytesMax"] = $"{BodyBytesMax}",
                ["Edge__Models__0__Name"] = "glm-*",
                ["Edge__Models__0__OutputTokensMax"] = $"{OutputTokensMax}",
                ["Edge__Models__0__StateOutputCap"] = "true",
                ["Edge__Models__1__Name"] = ModelWithAnUnstatedCap,
                ["Edge__Models__1__OutputTokensMax"] = $"{OutputTokensMax}",
                ["Edge__Pools__0__FirstByteTimeout"] = "00:00:03",
                ["Edge__Pools__0__IdleTimeout"] = "00:00:03",
            },
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
}

/// <summary>The tests that share one.</summary>
[CollectionDefinition(Name)]
public sealed class TroubledGroup : ICollectionFixture<TroubledSluice>
{
    public const string Name = "troubled";
}
