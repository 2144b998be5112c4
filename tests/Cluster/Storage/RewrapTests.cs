using Sluice.Rules.Secrets;
using Sluice.Silo.Safekeeping;
using Sluice.Silo.Security;

namespace Sluice.Cluster.Storage;

/// <summary>Guards secrets while their keys are replaced: killed between any two steps, everything opens.</summary>
public abstract class RewrapTests : BackupScene
{
    private static readonly MasterKeys Both =
        new(MasterKey.Parse(new string('b', 64)), MasterKey.Parse(new string('a', 64)));

    private protected RewrapTests(TestPlace place, TestPlace other)
        : base(place, other)
    {
    }

    [Fact]
    public async Task Everything_is_under_the_new_keys_and_a_second_run_finds_nothing_to_do()
    {
        await FillAsync();

        var first = await RewrapAsync(newDataKey: true, steps: int.MaxValue);
        var second = await RewrapAsync(newDataKey: false, steps: int.MaxValue);

        Assert.Equal((2, 2, 4, 4, 0, 0), (
            first!.DataKeys, first.Rewrapped, first.Secrets, first.Resealed, first.SecretsElsewhere, first.Busy));
        Assert.Equal((3, 0, 4, 0), (second!.DataKeys, second.Rewrapped, second.Secrets, second.Resealed));
        Assert.Equal([SealedText.Algorithm], second.Algorithms.Keys);
        Assert.Single((await TextsAsync()).Select(SealedText.KeyIdOf).Distinct());
        await ProvedAsync(Others);
        await Assert.ThrowsAsync<MasterKeyException>(() => ProvedAsync(Ours));
    }

    [Fact]
    public async Task Killed_after_any_step_it_leaves_what_opens_and_the_next_run_does_the_rest()
    {
        await FillAsync();
        var steps = 0;
        for (var finished = false; !finished; steps++)
        {
            finished = await RewrapAsync(newDataKey: steps == 2, steps) is not null;
            await ProvedAsync(Both);
        }

        Assert.True(steps > 4, $"It was killed {steps} times.");
        await ProvedAsync(Others);
    }

    /// <summary>Guards the grain that has a state in memory: what it stores next is not refused.</summary>
    [Fact]
    public async Task The_version_of_a_state_stays_as_it_is_though_its_secrets_are_sealed_anew()
    {
        await FillAsync();
        await using var store = await TableStore.OpenAsync(Options, makes: true, Token);
        var isChanged = false;
        var run = new RewrapRun(Both, line =>
        {
            if (!isChanged && line.StartsWith("new data key", StringComparison.Ordinal))
            {
                isChanged = true;
                Change();
            }
        });

        var report = await run.RunAsync(store, secrets: true, newDataKey: true, Token);

        Assert.Equal(0, report.Busy);
        Assert.Equal(["77"], await AskAsync("SELECT version FROM grain_state WHERE state_name = 'issuer'"));
        await ProvedAsync(Both);

        void Change() =>
            AskAsync("UPDATE grain_state SET version = 77 WHERE state_name = 'issuer'").GetAwaiter().GetResult();
    }

    [Fact]
    public async Task A_secret_that_does_not_open_stops_it_before_anything_is_made_of_it()
    {
        await FillAsync();
        await AskAsync("UPDATE audit_key SET sealed = replace(sealed, 'A256GCM.d-', 'A256GCM.d-0')");

        await using var store = await TableStore.OpenAsync(Options, makes: true, Token);
        var refused = await Assert.ThrowsAsync<BackupException>(() => new RewrapRun(Both, _ => { }).RunAsync(
            store, secrets: true, newDataKey: true, Token));

        Assert.Contains("audit-key/", refused.Message, StringComparison.Ordinal);
    }

    private async Task<RewrapReport?> RewrapAsync(bool newDataKey, int steps)
    {
        await using var store = await TableStore.OpenAsync(Options, makes: true, Token);
        var left = steps;
        try
        {
            return await new RewrapRun(Both, _ =>
            {
                if (left-- == 0)
                {
                    throw new KilledException();
                }
            }).RunAsync(store, secrets: true, newDataKey, Token);
        }
        catch (KilledException)
        {
            return null;
        }
    }

    private async Task ProvedAsync(MasterKeys keys)
    {
        await using var store = await TableStore.OpenAsync(Options, makes: false, Token);
        var report = await new RestoredProof(store, keys).RunAsync(KnownKey, Token);
        Assert.Empty(report.Problems);
        Assert.Equal((4, true), (report.Secrets, report.KnownKey));
    }

    private async Task<List<string>> TextsAsync()
    {
        var states = await AskAsync("SELECT CAST(payload AS text) FROM grain_state");
        return [.. states.SelectMany(SealedPlaces.AllIn), .. await AskAsync("SELECT sealed FROM audit_key")];
    }

    private sealed class KilledException : Exception;
}
