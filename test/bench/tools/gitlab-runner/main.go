// Program gitlab-runner is GitLab's runner with its docker executor, and, by its other commands, what its helper image holds.
// GitLab's own main package can't be built: it needs modules that no proxy has (see absent/README.md).
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/urfave/cli"

	"gitlab.com/gitlab-org/gitlab-runner/commands/helpers"
	"gitlab.com/gitlab-org/gitlab-runner/common"
	"gitlab.com/gitlab-org/gitlab-runner/common/spec"
	"gitlab.com/gitlab-org/gitlab-runner/executors"
	"gitlab.com/gitlab-org/gitlab-runner/executors/docker"
	"gitlab.com/gitlab-org/gitlab-runner/network"

	_ "gitlab.com/gitlab-org/gitlab-runner/shells"
)

func main() {
	app := cli.NewApp()
	app.Name = "gitlab-runner"
	app.Version = common.AppVersion.Version
	app.Commands = []cli.Command{
		{Name: "run-jobs", ArgsUsage: "CONFIG", Usage: "runs jobs until there are no more", Action: runJobs},
		helpers.NewArtifactsDownloaderCommand(),
		helpers.NewArtifactsUploaderCommand(),
		helpers.NewCacheArchiverCommand(),
		helpers.NewCacheExtractorCommand(),
		helpers.NewCacheInitCommand(),
		helpers.NewHealthCheckCommand(),
		helpers.NewReadLogsCommand(),
	}
	if err := app.Run(os.Args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runJobs takes jobs for the first runner of a config.toml, one after the other. A job that fails is no error: the coordinator is told.
func runJobs(arguments *cli.Context) error {
	config := common.NewConfig()
	if err := config.LoadConfig(arguments.Args().First()); err != nil {
		return err
	}
	if len(config.Runners) == 0 {
		return errors.New("the configuration has no runner")
	}
	runner := config.Runners[0]
	provider := docker.NewProvider()
	providers := executors.NewProviderRegistry(map[string]common.ExecutorProvider{runner.Executor: provider})
	client := network.NewGitLabClient(network.WithExecutorProviderFunc(providers.GetByName))
	abort := make(chan os.Signal, 1)
	signal.Notify(abort, os.Interrupt, syscall.SIGTERM)
	for {
		job, healthy := client.RequestJob(context.Background(), *runner, nil)
		if !healthy {
			return errors.New("the coordinator could not be asked for a job")
		}
		if job == nil {
			return nil
		}
		if err := runJob(job, runner, config, client, provider, abort); err != nil {
			fmt.Fprintf(os.Stderr, "job %d: %v\n", job.ID, err)
		}
	}
}

func runJob(
	job *spec.Job,
	runner *common.RunnerConfig,
	config *common.Config,
	client common.Network,
	provider common.ExecutorProvider,
	abort chan os.Signal,
) error {
	data, err := provider.Acquire(runner)
	if err != nil {
		return err
	}
	defer provider.Release(runner, data)
	build, err := common.NewBuild(*job, runner, abort, data, provider)
	if err != nil {
		return err
	}
	trace, err := client.ProcessJob(*runner, &common.JobCredentials{ID: job.ID, Token: job.Token})
	if err != nil {
		return err
	}
	trace.SetDebugModeEnabled(build.IsDebugModeEnabled())
	return build.Run(context.Background(), config, trace)
}
