using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Text;
using OpenAI;
using OpenAI.Chat;
using Sluice.EndToEnd.Hosting;
using Sluice.SimulatedPool;
using Sluice.Testing;

namespace Sluice.EndToEnd.Keys;

/// <summary>
/// Guards "rotation nobody notices": a key is rotated again and again while unmodified OpenAI clients call with the new
/// and the old version of it, and no call fails. Then nothing of any secret is left on disk or in a log.
/// </summary>
public sealed class RotationLoadTests : IAsyncLifetime
{
    private const int Rotations = 200;
    private const int WorkersOfEach = 3;

    // Everything around the secret: prefix, environment, client, version and checksum are no secrets.
    private const int SecretLength = 43;
    private const int ChecksumLength = 6;

    private readonly TempFolder _folder = new();
    private SimulatedPoolServer? _pool;
    private SluiceProcess? _sluice;

    public async ValueTask InitializeAsync()
    {
        _pool = await SharedSluice.PoolAsync(new SimulatedPoolOptions
        {
            PrefillTokensPerSecond = 0,
            DecodeTokensPerSecond = 0,
            AnswerTokensMin = 1,
            AnswerTokensMax = 4,
            RecordedRequests = 0,
        });
        _sluice = await SluiceProcess.StartAsync(
            new SluiceSettings { Data = _folder.In("data"), Pool = _pool.Address });
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

    [Fact]
    public async Task Two_hundred_rotations_under_load_fail_no_call_and_leave_no_secret_behind()
    {
        // A rate, so that edges spend parts of it by themselves.
        var access = await _sluice!.Admins.NewAccessAsync(Limits.Rate(1_000_000, "1m"));
        var rotations = $"clients/{access.ClientId}/keys/key-1/rotations";
        var (old, current) = (new Switch(_sluice, access.Key), new Switch(_sluice, access.Key));
        using var stop = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 2 * WorkersOfEach)
            .Select(i => Task.Run(() => CallAsync(i % 2 == 0 ? old : current, stop.Token))).ToList();
        var keys = new List<string> { access.Key };
        for (var i = 1; i <= Rotations; i++)
        {
            var rotated = (await _sluice.Admins.PostAsync(rotations, new { rotationId = $"r{i}" }))
                .Is(HttpStatusCode.Created);
            keys.Add(rotated.Text("key"));

            // Those behind go on to the version that is about to be replaced, and then the others to the new one.
            await old.ToAsync(current.Key);
            await current.ToAsync(rotated.Text("key"));
            await Patience.UntilAsync(
                async () => (await _sluice.Admins.GetAsync($"clients/{access.ClientId}/keys")).Json["items"]!.AsArray(),
                listed => (string)listed[^1]!["state"]! == "active");
            (await _sluice.Admins.PostAsync($"{rotations}/r{i}/ack", null)).Is(HttpStatusCode.NoContent);
        }

        await stop.CancelAsync();
        var calls = await Task.WhenAll(workers).WaitAsync(Patience.Token);

        TestContext.Current.TestOutputHelper?.WriteLine($"{Rotations} rotations, {calls.Sum()} calls, none failed.");
        Assert.True(calls.Min() > Rotations, $"A worker called {calls.Min()} times only: that proves nothing.");
        Assert.Equal(Rotations + 1, keys.Distinct().Count());
        (await _sluice.With(keys[^2]).ChatAsync()).Is(200);

        // An edge that spends a part of the limits by itself follows within half a second.
        await Eventually.True(
            async () => (await _sluice.With(keys[^3]).ChatAsync()).Status == 401,
            "the edge follows the client's grain");
        (await _sluice.With(keys[^3]).ChatAsync()).IsError(401, "api_key_retired");
        AssertNothingIsLeft(keys, access.ClientId);
    }

    private void AssertNothingIsLeft(List<string> keys, string clientId)
    {
        var places = Directory.GetFiles(_folder.In("data"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) != "lock") // Of the process that runs; nobody else can read it.
            .ToDictionary(file => file, Read);
        places["what was logged"] = Encoding.UTF8.GetBytes(_sluice!.Program.Output.All);
        var database = places.Where(place => place.Key.Contains(".db", StringComparison.Ordinal)).ToList();
        Assert.Contains(database, place => Holds(place.Value, clientId)); // What is there is found.
        Assert.True(Holds(places["what was logged"], clientId), "Nothing was logged about the client.");
        foreach (var (place, bytes) in places)
        {
            foreach (var secret in keys.Select(key => key[^(SecretLength + ChecksumLength)..^ChecksumLength]))
            {
                Assert.False(Holds(bytes, secret), $"{place} holds a secret.");
            }
        }
    }

    private static bool Holds(byte[] bytes, string text) => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    private static byte[] Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Calls until it is stopped. A call that fails throws: this client repeats nothing.</summary>
    private static async Task<int> CallAsync(Switch which, CancellationToken stop)
    {
        for (var calls = 0; ; calls++)
        {
            if (stop.IsCancellationRequested)
            {
                return calls;
            }

            await which.CallAsync();
        }
    }

    /// <summary>The key that some workers use, and a change of it that returns when none uses the one before.</summary>
    private sealed class Switch(SluiceProcess sluice, string key)
    {
        private readonly Lock _lock = new();
        private Generation _now = new(sluice, key);

        public string Key => _now.Key;

        public async Task CallAsync()
        {
            Generation generation;
            lock (_lock)
            {
                generation = _now;
                generation.Running++;
            }

            try
            {
                await generation.Chat.CompleteChatAsync(
                    [new UserChatMessage("Hello")], cancellationToken: Patience.Token);
            }
            finally
            {
                lock (_lock)
                {
                    generation.Running--;
                    generation.EndIfOver();
                }
            }

            generation.Used.TrySetResult();
        }

        public async Task ToAsync(string next)
        {
            Generation before, after = new(sluice, next);
            lock (_lock)
            {
                (before, _now) = (_now, after);
                before.IsOver = true;
                before.EndIfOver();
            }

            await before.Ended.Task.WaitAsync(Patience.Token);
            await after.Used.Task.WaitAsync(Patience.Token);
        }
    }

    private sealed class Generation(SluiceProcess sluice, string key)
    {
        public string Key => key;

        public ChatClient Chat { get; } = new(
            EdgeClient.Model, new ApiKeyCredential(key), new OpenAIClientOptions
            {
                Endpoint = new Uri(sluice.Edge, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            });

        public int Running { get; set; }

        public bool IsOver { get; set; }

        public TaskCompletionSource Used { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void EndIfOver()
        {
            if (IsOver && Running == 0)
            {
                Ended.TrySetResult();
            }
        }
    }
}
